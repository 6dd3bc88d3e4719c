// Imports dashboards as saved objects, without the package, for data streams that `m365 setup` made.

import { dataView, type SavedObject } from '../../../dashboards/index.ts';
import { isObject } from '../../../pipelines/json/unknown.ts';
import { OperatorError } from '../../contract/errors.ts';
import { writeImportFile } from '../package/kibana-files.ts';
import { askKibana, type KibanaConnection } from './connection.ts';

/** Imports and replaces those of an earlier version; an existing data view keeps the changes that people made. */
export async function importDashboards(
  connection: KibanaConnection,
  objects: readonly SavedObject[],
): Promise<void> {
  await provideDataView(connection);
  const { body } = await askKibana(connection, {
    method: 'POST',
    path: '/api/saved_objects/_import?overwrite=true',
    ndjson: writeImportFile(objects),
  });
  const errors = Array.isArray(body.errors) ? body.errors.filter(isObject) : [];
  if (body.success === true && errors.length === 0) return;
  const refused = errors.map(({ type, id, error }) => `${type} ${id} (${Object(error).type ?? 'unknown'})`);
  throw new OperatorError({
    code: 'import-refused',
    message: `Kibana did not take ${refused.length > 0 ? refused.join(', ') : 'the dashboards'}.`,
    advice:
      'Import build/m365-<version>-dashboards.ndjson in Stack Management → Saved Objects, which asks about each.',
    retry: { kind: 'never' },
  });
}

/** Fleet makes the data view with its first integration, so without one it may be missing. */
async function provideDataView(connection: KibanaConnection): Promise<void> {
  const path = `/api/data_views/data_view/${encodeURIComponent(dataView)}`;
  const { status } = await askKibana(connection, { path, expected: [404] });
  if (status !== 404) return;
  await askKibana(connection, {
    method: 'POST',
    path: '/api/data_views/data_view',
    json: { data_view: { id: dataView, title: dataView, name: dataView, timeFieldName: '@timestamp' } },
  });
}
