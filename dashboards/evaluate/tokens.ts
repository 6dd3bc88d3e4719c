// Splits text into words as Elasticsearch does.

const words = new Intl.Segmenter('en', { granularity: 'word' });

/** Splits a text into the words that the standard analyzer finds: by the boundaries of Unicode, in lower case. */
export function tokensOf(text: string): string[] {
  return [...words.segment(text)].flatMap(({ segment, isWordLike }) =>
    isWordLike ? [segment.toLowerCase()] : [],
  );
}
