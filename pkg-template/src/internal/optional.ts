/** `Partial<T>` whose fields also accept `undefined` under exactOptionalPropertyTypes. */
export type Optional<T> = { [Field in keyof T]?: T[Field] | undefined };
