// Host entries of a policy as URLs.

/** Elastic Agent's rules: http where no scheme is given, port 9200 where none is; undefined when it is no address. */
export function parseHost(entry: string): URL | undefined {
  const text = /^[a-z]+:\/\//i.test(entry) ? entry : `http://${entry}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  // A URL forgets a port that is its scheme's own, so the text has to tell whether one was written.
  if (url.port === '' && !hasPort(text)) url.port = '9200';
  return url;
}

function hasPort(text: string): boolean {
  const authority = text.replace(/^[a-z]+:\/\//i, '').split(/[/?#]/, 1)[0] ?? '';
  return /:\d+$/.test(authority);
}
