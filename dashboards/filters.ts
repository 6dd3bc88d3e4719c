// Builds filters in the form that Kibana keeps. Data views span every data stream of the cluster, so each panel and
// each dashboard names the datasets it is about.

const datasetField = 'data_stream.dataset';

export interface Filter {
  readonly $state: { readonly store: 'appState' };
  readonly meta: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
}

/** The filter finds its data view by `index`, the name of a reference. */
export function datasetFilter(
  datasets: readonly string[],
  index: { readonly index: string } | { readonly indexRefName: string },
): Filter {
  const [only = ''] = datasets;
  const meta = { alias: null, disabled: false, key: datasetField, negate: false, ...index };
  const $state = { store: 'appState' } as const;
  if (datasets.length === 1) {
    return {
      $state,
      meta: { ...meta, field: datasetField, params: { query: only }, type: 'phrase' },
      query: { match_phrase: { [datasetField]: only } },
    };
  }
  return {
    $state,
    meta: { ...meta, field: datasetField, params: datasets, type: 'phrases' },
    query: {
      bool: {
        minimum_should_match: 1,
        should: datasets.map((dataset) => ({ match_phrase: { [datasetField]: dataset } })),
      },
    },
  };
}
