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
  // A URL forgets a port that is its scheme's own, so the text has to tell whether one was written.
  if (url.port === '' && !hasPort(text)) url.port = '9200';
  if (url.pathname === '/' && path !== undefined) url.pathname = path;
  return url;
}

function hasPort(text: string): boolean {
  const authority = text.replace(/^[a-z]+:\/\//i, '').split(/[/?#]/, 1)[0] ?? '';
  return /:\d+$/.test(authority);
}
