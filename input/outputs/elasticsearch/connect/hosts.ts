// The addresses of a cluster, as they are written in a policy.

/** What an address takes where it does not say it itself. */
interface HostDefaults {
  readonly protocol?: string | undefined;
  readonly path?: string | undefined;
}

/** Parses a host by the rules of Elastic Agent: http and port 9200 where none is given; undefined when it is no address. */
export function parseHost(entry: string, { protocol = 'http', path }: HostDefaults = {}): URL | undefined {
  const text = /^[a-z]+:\/\//i.test(entry) ? entry : `${protocol}://${entry}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  // Slashes that are missing or too many make a path of a user with a password, and a host of the scheme.
  if (/^https?$/.test(url.hostname) || url.pathname.includes('@')) return undefined;
  // A URL forgets a port that is its scheme's own, so the text has to tell whether one was written.
  if (url.port === '' && !hasPort(text)) url.port = '9200';
  if (url.pathname === '/' && path !== undefined) url.pathname = path;
  return url;
}

/** A scheme, a name, a port and a path: what a user and a password cannot hide in, however it is mistyped. */
const harmless = /^([a-z]+:\/\/)?[a-z\d.-]+(:\d*)?(\/[\w./-]*)?$/i;

/** Says that an entry is no address. One that may hold a password is not repeated. */
export function describeNoHost(entry: string, position: number): string {
  const which = harmless.test(entry)
    ? `"${entry}"`
    : `the entry ${position + 1} (not shown, as it may hold a password)`;
  return `${which} in hosts is not the URL of an Elasticsearch`;
}

function hasPort(text: string): boolean {
  const authority = text.replace(/^[a-z]+:\/\//i, '').split(/[/?#]/, 1)[0] ?? '';
  return /:\d+$/.test(authority);
}
