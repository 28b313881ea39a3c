// The fields of forms, with the API's faults beside the field that they belong to.
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { faultIn } from "../api/explain";
import type { Problem } from "../api/problem";

interface FieldProps {
  label: string;
  /** The name of the field in the API, by which faults find it. */
  name: string;
  problem?: Problem | undefined;
  hint?: ComponentChildren;
}

function faultOf(problem: Problem | undefined, name: string): string | undefined {
  const fault = problem?.openErrors.find((each) => each.field === name || each.field.startsWith(`${name}.`));
  return fault && faultIn(fault);
}

function Frame(props: FieldProps & { id: string; fault: string | undefined; children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={props.id}>{props.label}</label>
      {props.hint && (
        <p class="hint" id={`${props.id}-hint`}>
          {props.hint}
        </p>
      )}
      {props.children}
      {props.fault && (
        <p class="fault" id={`${props.id}-fault`}>
          {props.fault}
        </p>
      )}
    </div>
  );
}

function described(id: string, hint: unknown, fault: unknown): string | undefined {
  return [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ") || undefined;
}

function useFaultFocus(ref: RefObject<HTMLElement | null>, problem: Problem | undefined, name: string) {
  useEffect(() => {
    if (problem?.errors[0]?.field === name) ref.current?.focus();
  }, [problem, name, ref]);
}

/** What people write has the direction of its first letter; an address is always from left to right. */
const DIRECTION = { text: "auto", search: "auto", email: "ltr" } as Record<string, "auto" | "ltr">;

/** A line or, with `rows`, a block of text. The first field with a fault gets the focus. */
export function TextField(
  props: FieldProps & {
    value: string;
    onInput: (value: string) => void;
    type?: "text" | "search" | "number" | "datetime-local" | "email";
    rows?: number;
    isRequired?: boolean;
    /** It gets the focus when it appears: the person has just opened the form. */
    isFirst?: boolean;
    maxLength?: number;
    min?: number;
    autoComplete?: string;
    inputMode?: "text" | "numeric";
    pattern?: string;
  },
) {
  const id = useId();
  const ref = useRef<HTMLElement>(null);
  const fault = faultOf(props.problem, props.name);
  useFaultFocus(ref, props.problem, props.name);
  useEffect(() => {
    if (props.isFirst) ref.current?.focus();
  }, [props.isFirst]);
  const shared = {
    id,
    name: props.name,
    value: props.value,
    required: props.isRequired,
    maxLength: props.maxLength,
    "aria-invalid": fault ? ("true" as const) : undefined,
    "aria-describedby": described(id, props.hint, fault),
    onInput: (event: Event) => {
      props.problem?.change(props.name);
      props.onInput((event.currentTarget as HTMLInputElement).value);
    },
  };
  return (
    <Frame {...props} id={id} fault={fault}>
      {props.rows ? (
        <textarea {...shared} dir="auto" ref={ref as RefObject<HTMLTextAreaElement>} rows={props.rows} />
      ) : (
        <input
          {...shared}
          ref={ref as RefObject<HTMLInputElement>}
          type={(props.type ?? "text") as "text"}
          dir={DIRECTION[props.type ?? "text"]}
          min={props.min}
          autoComplete={props.autoComplete ?? "off"}
          inputMode={props.inputMode}
          pattern={props.pattern}
        />
      )}
    </Frame>
  );
}

/** A choice of one of several values. */
export function SelectField(
  props: FieldProps & {
    value: string;
    onInput: (value: string) => void;
    options: readonly { value: string; label: string }[];
    isRequired?: boolean;
  },
) {
  const id = useId();
  const ref = useRef<HTMLSelectElement>(null);
  const fault = faultOf(props.problem, props.name);
  useFaultFocus(ref, props.problem, props.name);
  return (
    <Frame {...props} id={id} fault={fault}>
      <select
        id={id}
        ref={ref}
        name={props.name}
        value={props.value}
        required={props.isRequired}
        aria-invalid={fault ? "true" : undefined}
        aria-describedby={described(id, props.hint, fault)}
        onInput={(event) => {
          props.problem?.change(props.name);
          props.onInput(event.currentTarget.value);
        }}
      >
        {props.options.map((each) => (
          <option key={each.value} value={each.value}>
            {each.label}
          </option>
        ))}
      </select>
    </Frame>
  );
}

/** A box to tick. */
export function CheckField(props: {
  label: string;
  name: string;
  hint?: string;
  isOn: boolean;
  onInput: (isOn: boolean) => void;
}) {
  const id = useId();
  return (
    <div>
      <label class="check">
        <input
          type="checkbox"
          name={props.name}
          checked={props.isOn}
          aria-describedby={described(id, props.hint, undefined)}
          onInput={(event) => props.onInput(event.currentTarget.checked)}
        />
        {props.label}
      </label>
      {props.hint && (
        <p class="hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
    </div>
  );
}
