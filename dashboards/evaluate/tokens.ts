const words = new Intl.Segmenter('en', { granularity: 'word' });

/** The words of a text, as the standard analyzer has them: by the boundaries of Unicode, in lower case. */
export function tokensOf(text: string): string[] {
  return [...words.segment(text)].flatMap(({ segment, isWordLike }) =>
    isWordLike ? [segment.toLowerCase()] : [],
  );
}
