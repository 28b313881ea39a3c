// What /config.json of a deployed portal says. The stack writes it from its own values.

/** The settings of one deployed portal. All addresses have no trailing slash. */
export interface PortalConfig {
  /** `welcome` is empty if the school has no words of its own. */
  school: { name: string; welcome: string; logoUrl?: string; colours: { accent?: string } };
  signUp: "anyone" | "domains" | "invited";
  signUpDomains: string[];
  region: string;
  userPoolId: string;
  clientId: string;
  issuer: string;
  /** The pages of Cognito on which people sign in. */
  signInBaseUrl: string;
  /** Cognito's own API, to revoke a sign-in and to set up a second factor. */
  identityEndpoint: string;
  contentBaseUrl: string;
}
