// The small builds of scorm-again have named exports, which its own types do not say.

declare module "scorm-again/scorm12/min" {
  export { Scorm12API } from "scorm-again";
}

declare module "scorm-again/scorm2004/min" {
  export { Scorm2004API } from "scorm-again";
}
