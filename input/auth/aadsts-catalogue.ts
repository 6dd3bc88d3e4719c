// A catalogue of Entra ID's AADSTS error codes, with cause and fix for the person who runs the collector. The reference page
// is made from it. Codes that an application can meet with client credentials are explained in detail, the others in a line.

import { OperatorError, type Retry } from '../contract/errors.ts';
import { excerptOf, HttpError } from '../http/exchange.ts';

export interface AadstsEntry {
  readonly codes: readonly number[];
  readonly cause: string;
  readonly fix: string;
  /** True where waiting alone can help; any other code needs a person, and the endpoint is asked again slowly. */
  readonly transient?: true;
}

export const aadstsCatalogue: readonly AadstsEntry[] = [
  {
    codes: [700016],
    cause: 'The application is not known in this tenant.',
    fix: 'Check client_id, tenant_id and cloud, and grant admin consent in that tenant.',
  },
  {
    codes: [7000215],
    cause: 'The client secret is wrong.',
    fix: "Use the secret's Value (shown once, when it is made), not its Secret ID.",
  },
  {
    codes: [7000222],
    cause: 'The client secret has expired.',
    fix: 'Make a new one under Certificates & secrets of the app registration and configure its Value.',
  },
  {
    codes: [7000218],
    cause: 'No secret or assertion arrived.',
    fix: 'Set client_secret or certificate; a proxy that strips request bodies does this too.',
  },
  {
    codes: [7000112],
    cause: 'The application is disabled.',
    fix: 'Enable it under Enterprise applications > Properties > Enabled for users to sign in.',
  },
  {
    codes: [7000229],
    cause: 'The application has no service principal in this tenant.',
    fix: 'Grant admin consent for it in this tenant.',
  },
  {
    codes: [700027],
    cause: "The assertion's signature was not accepted: the certificate is not registered, or not this one.",
    fix: 'Upload the public certificate under Certificates & secrets and compare its thumbprint.',
  },
  {
    codes: [700024],
    cause: 'The assertion is outside its time range.',
    fix: 'Set the clock of this machine (NTP).',
  },
  {
    codes: [1000502],
    cause: 'The certificate is outside its validity.',
    fix: 'Renew the certificate and upload the new one.',
  },
  {
    codes: [7000214, 7000277],
    cause: 'The certificate was revoked.',
    fix: 'Make a new certificate and upload it.',
  },
  {
    codes: [7000274],
    cause: "The certificate's signature is not valid.",
    fix: 'Make a new certificate and upload it.',
  },
  {
    codes: [90002],
    cause: 'The tenant was not found.',
    fix: 'Check tenant_id (Directory ID) and cloud: a tenant of a national cloud is unknown elsewhere.',
  },
  {
    codes: [900023],
    cause: 'The tenant identifier is malformed.',
    fix: 'Set tenant_id to the Directory (tenant) ID or to a verified domain.',
  },
  {
    codes: [900382, 900432, 90038],
    cause: 'The tenant lives in another national cloud.',
    fix: 'Set cloud to gcc, gcc-high, dod or china, as the tenant has it.',
  },
  {
    codes: [500011],
    cause: 'The Management Activity API is not known in this tenant.',
    fix: 'Check cloud and management_url; a tenant without Office 365 has no such API.',
  },
  {
    codes: [65001, 90094],
    cause: 'Nobody has consented to the application.',
    fix: 'API permissions > Grant admin consent.',
  },
  { codes: [65004], cause: 'Consent was declined.', fix: 'Grant admin consent.' },
  {
    codes: [65005, 650051, 650056, 650057],
    cause: "The application's API permissions do not fit.",
    fix: 'Under API permissions add Office 365 Management APIs > Application permissions > ActivityFeed.Read, remove withdrawn ones, and grant admin consent.',
  },
  {
    codes: [650052],
    cause: 'The tenant lacks the service or a licence for it.',
    fix: 'Check that the tenant has Office 365 licences.',
  },
  {
    codes: [70011, 700022, 28002],
    cause: 'The scope is not valid for this resource.',
    fix: 'Check cloud and management_url: the scope is made from them.',
  },
  {
    codes: [50194, 9001023],
    cause: 'The application was asked through a common authority.',
    fix: 'Set tenant_id to the tenant itself, not to common, organizations or consumers.',
  },
  {
    codes: [53003, 530003, 53000, 53001, 53002, 53004, 53011],
    cause: 'A conditional access policy blocks the token.',
    fix: 'Exempt the workload identity, or allow the address this collector comes from.',
  },
  {
    codes: [900144],
    cause: 'A parameter of the token request is missing.',
    fix: 'Please report this: it is a fault of the collector, or of a proxy.',
  },
  {
    codes: [50196],
    cause: 'Entra ID sees the same request too often.',
    fix: 'Check whether another program uses the same application.',
    transient: true,
  },
  {
    codes: [90033, 90024, 50087, 90055, 90012, 50058],
    cause: 'Entra ID is busy or out of order for the moment.',
    fix: 'It is tried again.',
    transient: true,
  },
  {
    codes: [
      50020, 50034, 50053, 50055, 50057, 50126, 50074, 50076, 50079, 50011, 54005, 70008, 700082, 50173,
      70043,
    ],
    cause: 'Entra ID asks for a user, but this collector signs in as an application.',
    fix: 'Check that client_id is the application registered for this collector.',
  },
];

const byCode = new Map(aadstsCatalogue.flatMap((entry) => entry.codes.map((code) => [code, entry] as const)));

/** The pace at which the endpoint is asked again while a person has to act. */
const slowly: Retry = { kind: 'later', afterMs: 60_000 };

function findAadsts(text: string): number | undefined {
  const code = /AADSTS(\d{4,8})/.exec(text)?.[1];
  return code === undefined ? undefined : Number(code);
}

/** Turns the error of a token or discovery request into one that tells the operator what to do. */
export function explainTokenError(error: unknown, about: { tenant: string; login: string }): unknown {
  if (error instanceof HttpError) return explainAnswer(error, about);
  if (error instanceof OperatorError || !(error instanceof Error) || error.name === 'AbortError')
    return error;
  return new OperatorError({
    code: 'token',
    message: `${about.login} gave no usable token for ${about.tenant}: ${excerptOf(error.message)}.`,
    advice: 'Check login_url, and whether a proxy answers in its place.',
    retry: { kind: 'later' },
    cause: error,
  });
}

function explainAnswer(
  error: HttpError,
  { tenant, login }: { tenant: string; login: string },
): OperatorError {
  const code = findAadsts(error.text);
  const entry = code === undefined ? undefined : byCode.get(code);
  if (code === undefined) return withoutCode(error, tenant);
  const soon: Retry = { kind: 'later', afterMs: error.retryAfterMs };
  const passes = entry?.transient === true || error.retry.kind === 'later';
  return new OperatorError({
    code: `AADSTS${code}`,
    message: `No token for tenant ${tenant} from ${login} (AADSTS${code}): ${entry?.cause ?? describe(error.text)}`,
    advice: entry?.fix ?? 'Look the code up at https://login.microsoftonline.com/error.',
    retry: passes ? soon : slowly,
    needsOperator: !passes,
    cause: error,
  });
}

function withoutCode(error: HttpError, tenant: string): OperatorError {
  return new OperatorError({
    code: 'token',
    message: `No token for tenant ${tenant}: ${error.message}`,
    advice: 'Check login_url and cloud, and whether a proxy answers in place of Entra ID.',
    retry: error.retry.kind === 'later' ? error.retry : slowly,
    needsOperator: error.retry.kind !== 'later',
    cause: error,
  });
}

function describe(text: string): string {
  const description = /"error_description"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text;
  return excerptOf(description.replaceAll(/\\r\\n|\\n/g, ' '));
}
