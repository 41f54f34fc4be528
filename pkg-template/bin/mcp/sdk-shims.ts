// Replaces the MCP package's JSON Schema validator, a third of its size. The package validates only responses to forms
// with it, and this server shows no forms.

export { default as process } from "node:process";

export class DefaultJsonSchemaValidator {
  getValidator(): never {
    throw new Error("this server takes no forms");
  }
}
