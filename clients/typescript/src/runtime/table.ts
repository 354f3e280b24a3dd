import type { ByteStream } from "./bytes.js";
import type { Value } from "./kinds.js";
import type { Files, Multipart } from "./multipart.js";
import type { Incoming } from "./transport.js";
import type { Values } from "./values.js";

/** A kind of rule: what a violation calls it. The set is closed. */
export type RuleKind =
  | "required"
  | "required_with"
  | "required_if"
  | "exclusive"
  | "too_short"
  | "too_long"
  | "too_small"
  | "too_large"
  | "too_few"
  | "too_many"
  | "duplicate"
  | "format"
  | "one_of"
  | "list_item"
  | "needs_file"
  | "file_name"
  | "type"
  | "unknown";

/** A rule that an input breaks. */
export interface Violation {
  /** The parameter at fault, as the API spells it; empty for the request as a whole. */
  readonly Field: string;
  /** The kind of rule that is broken. */
  readonly Rule: RuleKind;
  /** An English sentence that says what must hold. It never holds a value. */
  readonly Message: string;
}

/** One thing that must hold of a field, or of a request. */
export interface Rule {
  readonly kind: RuleKind;
  /** A sentence, in which \{field\} stands for the field. */
  readonly message: string;
  readonly breaks: Breaks;
  /** It holds in every mode; or if this holds as well. */
  readonly always?: true | Breaks;
  /** Wire names of other fields. */
  readonly with?: readonly string[];
  readonly when?: { readonly field: string; readonly value: string };
  readonly length?: number;
  readonly limit?: number | bigint;
  /** The limit itself is refused. */
  readonly open?: boolean;
  readonly pattern?: RegExp;
}

/** Tells whether values break a rule: all of a field, or one item. There are none if the field is absent. */
export type Breaks = (items: readonly Value[], rule: Rule, field: Field | undefined, context: Context) => boolean;

/** What a rule can see of a request. */
export interface Context {
  readonly operation: Operation;
  readonly values: Values;
  readonly files: Files;
  /** Tells whether a parameter is given. */
  readonly has: (name: string) => boolean;
  /** Tells whether a parameter is at fault already. */
  readonly isFound: (name: string) => boolean;
}

/** One parameter of a request. What all have stands first: tables of one form are read faster. */
export interface Field {
  /** On the wire. */
  readonly name: string;
  /** In an input. */
  readonly key: string;
  readonly in: "path" | "query" | "header" | "body";
  /** Of a list, the kind of its items. */
  readonly kind: "string" | "integer" | "number" | "boolean" | "file";
  readonly read: Kind;
  /** The sentence for a value of another type. */
  readonly wrongType: string;
  readonly presence: readonly Rule[];
  readonly value: readonly Rule[];
  readonly item: readonly Rule[];
  readonly isList?: boolean;
  /** What stands between the items of a list; without it, each item is a value of its own. */
  readonly delimiter?: string;
  /** The name of a file without its extension, if the caller gives none. */
  readonly baseName?: string;
  /** The field is a text whose value is the name of the file's part. */
  readonly namedPart?: boolean;
}

/** Reads a value of an input; undefined if it has another type. */
export type Kind = (given: unknown) => Value | undefined;

/** The type of a member of a response: what reads a scalar, an object or a list. */
export type Type = Reader | { readonly object: () => Shape } | { readonly list: Type };

/** Reads a scalar of JSON; undefined if it is another. */
export type Reader = (value: unknown) => unknown;

/** One member of a response. */
export interface Member {
  /** On the wire. */
  readonly name: string;
  /** In a result. */
  readonly key: string;
  readonly type: Type;
  readonly required?: boolean;
  /** The member from whose last path segment this one is read. */
  readonly lastSegmentOf?: string;
}

/** The members of an object of a response. */
export type Shape = readonly Member[];

/** One operation of the contract, whose input has the type `Input`. It refers to what of the runtime it alone needs. */
export interface Operation<Input = unknown> {
  /** For the compiler; it is never there. */
  readonly input?: Input;
  readonly id: string;
  readonly method: string;
  /** A template: /things/\{ThingId\}. */
  readonly path: string;
  /** The name of the account in the path. */
  readonly account?: string;
  readonly fields: readonly Field[];
  /** With `multipart` it is multipart/form-data, without it only if there is a file. */
  readonly body?: { readonly required: boolean; readonly multipart?: Multipart };
  /** Rules of more than one field, with the field that is at fault; they are checked after the others. */
  readonly whole?: readonly { readonly field: string; readonly rule: Rule }[];
  readonly accept: string;
  readonly shape?: Shape;
  /** Reads JSON, if the response has integers that must be exact. */
  readonly parse?: (text: string) => unknown;
  /** The response is content, to be streamed: this reads it. */
  readonly content?: (incoming: Incoming, failed: (error: unknown) => Error) => ByteStream;
  readonly outcome?: {
    readonly member: string;
    readonly done: readonly string[];
    readonly queued: readonly string[];
    readonly refused: readonly string[];
    readonly requires: Readonly<Record<string, readonly string[]>>;
  };
  readonly retry: "never" | "idempotent" | "safe";
  readonly done: Done;
  readonly pages?: { readonly page: string; readonly items: string; readonly totalPages?: string };
}

/** The outcome of a success. */
export type Done = "created" | "updated" | "deleted" | "found";

/** What is known after a call. */
export type Outcome = Done | "invalid" | "not_sent" | "refused" | "queued" | "in_doubt";

/** Where the responses of an API that are errors have their words. */
export interface ErrorFormat {
  readonly message: string;
  readonly errors?: string;
  readonly field?: string;
}

/** What the runtime knows of an API beside its operations. */
export interface Api {
  /** The package's name, as it is in the variables of the environment and in the user agent. */
  readonly name: string;
  readonly version: string;
  readonly baseUrl: string;
  readonly errorFormat?: ErrorFormat;
}
