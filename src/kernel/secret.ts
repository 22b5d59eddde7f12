import { inspect } from 'node:util';

/** A value that prints as `[redacted]` wherever it ends up; `reveal()` is the only way to it. */
export class Secret<Value = string> {
  readonly #value: Value;
  constructor(value: Value) {
    this.#value = value;
  }
  reveal(): Value {
    return this.#value;
  }
  toString(): string {
    return '[redacted]';
  }
  toJSON(): string {
    return '[redacted]';
  }
  [inspect.custom](): string {
    return '[redacted]';
  }
}
