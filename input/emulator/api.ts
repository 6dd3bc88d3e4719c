// The contract of an emulated API. Everything that one API does stands in a folder of `apis/`; the server, the tokens,
// the faults, the control requests and the truth work for whichever APIs they are given and know none by name.

import type { ControlHandler } from './control/request.ts';
import type { FaultSchemas, NamedFault } from './faults/plan.ts';
import type { ServedRecords } from './faults/served-records.ts';
import type { HttpAnswer } from './server/answer.ts';
import type { RequestLabels, Route } from './server/route.ts';
import type { TokenIssuer } from './tokens/token.ts';
import type { TruthFeed } from './truth/truth.ts';
import type { Account } from './world/account.ts';

/** One API as it is before an emulator starts: its addresses and the words it adds. It holds no state. */
export interface EmulatedApi {
  /** The name of its folder, for messages: `management-activity`. */
  readonly name: string;
  /** The requests it answers. No two APIs may use the same operation or match the same request. */
  readonly routes: readonly ApiRoute[];
  /** Resources, as `https://host`, for which the token endpoint issues tokens; the emulator's own address always is one. */
  readonly audiences?: readonly string[];
  /** Application permissions that a tenant has consented to unless its options say otherwise. */
  readonly roles?: readonly string[];
  /** Kinds of faults that only this API knows, with the JSON schema of each property; see `faults/plan.ts`. */
  readonly faults?: FaultSchemas;
  /** JSON schemas of the properties that `PATCH /emulator/tenant` takes for this API, by name. */
  readonly tenantChanges?: Readonly<Record<string, object>>;
  /**
   * Reads the names by which the request log and the fault plan know a request. It is called for the requests of this
   * API, and with empty `parts` for those that no API with labels answers.
   */
  readLabels?(parts: Readonly<Record<string, string>>, query: URLSearchParams): RequestLabels;
  /**
   * Creates the API's state for one emulator, before the server listens.
   * Throws an OperatorError when its part of the options cannot be.
   */
  open(environment: ApiEnvironment): RunningApi;
}

export interface ApiRoute {
  /** A word that is unique among all APIs: fault plans match it, and counts are kept by it. */
  readonly operation: string;
  readonly method: string;
  /**
   * Matches the path alone. A group named `tenant` is the tenant as written; without one the tenant is the token's. All
   * named groups go to `readLabels`.
   */
  readonly path: RegExp;
}

/** Things that an API is given by the emulator that it is part of. */
export interface ApiEnvironment {
  /** `http://127.0.0.1:port`. Throws before the server listens; ask for it while a request is answered. */
  url(): string;
  /** The address of a host that is not the service. Throws before the server listens. */
  foreignUrl(): string;
  /** Milliseconds since the epoch on the emulator's clock. */
  now(): number;
  /** The number that everything generated is a function of. */
  readonly seed: number;
  /** Milliseconds since the epoch at which history ends and new activity begins. */
  readonly origin: number;
  /** Tells whether bodies are compressed for clients that accept gzip. */
  readonly gzip: boolean;
  /** Everything that `startEmulator` was given. An API reads the options of its own names out of it. */
  readonly options: object;
  /** The tenants in their order, each with everything that was asked for it. */
  readonly tenants: readonly ApiTenant[];
  readonly tokens: TokenIssuer;
}

interface ApiTenant {
  readonly account: Account;
  /** The tenant's entry in the options. */
  readonly options: object;
}

/** One API of a running emulator, with its state. */
export interface RunningApi {
  /** Answers a request that one of its routes matches. What it throws is answered with status 500. */
  handle(request: ApiRequest): Served | Promise<Served>;
  /** Lists what it has made available, by tenant and feed, always in the same order; empty for an API without records. */
  listFeeds(): Iterable<TruthFeed>;
  /** Control requests that only this API knows, by method and path: `POST /emulator/publish`. */
  readonly controls?: Readonly<Record<string, ControlHandler>>;
  /** Returns the settings of a tenant that this API holds, by GUID; the control shows them beside the account's. */
  describeTenant?(tenantId: string): object;
  /** Applies the changes whose names are its own and ignores the others. */
  updateTenant?(tenantId: string, changes: object): void;
  /** Answers in place of the operation for a fault of its own kinds; undefined where the operation must happen. */
  answerFault?(fault: NamedFault, request: ApiRequest): HttpAnswer | undefined;
  /** Changes an answer for a fault of its own kinds, and returns every other one as it is. */
  alterAnswer?(fault: NamedFault, answer: HttpAnswer): HttpAnswer;
  /** Lets go of files and the like, once no request comes any more. */
  close?(): void;
}

/** A request as an API gets it: read, logged, and not yet answered. */
export interface ApiRequest {
  readonly route: Route;
  /** The Authorization header. */
  readonly authorization: string | undefined;
  readonly body: string;
  /** The tenant in the address, by GUID or verified domain, if it is one of the emulator's. */
  readonly account: Account | undefined;
  /** Counts something that a well-behaved client would not have done, under a name such as `needless-start`. */
  reportMisuse(name: string): void;
}

export interface Served {
  readonly answer: HttpAnswer;
  /** Present when the answer's body is a JSON array of records, or holds one: faults may add records to it. */
  readonly records?: ServedRecords;
}
