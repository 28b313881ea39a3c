// How far something is: of a course, of an upload.
import { percent, plain } from "../texts/formats";

/** A bar from 0 to 100 with its number. `label` says of what it is. */
export function Progress(props: { value: number; label: string }) {
  const value = Math.max(0, Math.min(100, Math.floor(props.value)));
  return (
    <div class="progress">
      <div
        class="progress-bar"
        role="progressbar"
        aria-label={plain(props.label)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={value}
      >
        <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
          <rect width={value} height="8" />
        </svg>
      </div>
      <span aria-hidden="true">{percent(value)}</span>
    </div>
  );
}
