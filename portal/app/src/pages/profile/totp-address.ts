// What authenticator apps read from the QR code (the `otpauth` format that Google Authenticator has brought).

/** The address of a TOTP secret. `secret` is in base 32, as Cognito gives it. */
export function totpAddress(school: string, account: string, secret: string): string {
  const label = `${encodeURIComponent(school)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(school)}`;
}
