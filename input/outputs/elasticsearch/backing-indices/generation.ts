// Reads the generation of a backing index out of its name, as Elasticsearch makes it.

/** `.ds-<data stream>-<day>-<generation>` */
const named = /^\.ds-(.+)-\d{4}\.\d{2}\.\d{2}-(\d{6,})$/;

/** Returns the generation; undefined for an index of another data stream, of a failure store, or with a name of its own. */
export function generationOf(dataStream: string, index: string | undefined): number | undefined {
  const [, stream, generation] = named.exec(index ?? '') ?? [];
  return stream === dataStream ? Number(generation) : undefined;
}
