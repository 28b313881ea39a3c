// Draws a QR code in the page, so that no other server learns what it says.
import { useMemo } from "preact/hooks";
import { encode } from "uqr";

/** A QR code of a text. `label` says what it is for. */
export function QrCode(props: { text: string; label: string }) {
  const { size, path } = useMemo(() => {
    const code = encode(props.text, { ecc: "M", border: 2 });
    const squares = code.data.flatMap((row, y) =>
      row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")),
    );
    return { size: code.size, path: squares.join("") };
  }, [props.text]);
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={props.label}
      shape-rendering="crispEdges"
    >
      <path d={path} />
    </svg>
  );
}
