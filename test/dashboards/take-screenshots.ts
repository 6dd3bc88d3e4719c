// Pictures of every dashboard over the sample, for the package and for whoever reviews a change:
//   ELASTICSEARCH_URL=http://127.0.0.1:9200 node test/dashboards/take-screenshots.ts [width] [light|dark] [folder]

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFieldLookup, generateSavedObjects, loadDashboards } from '../../dashboards/index.ts';
import { previewSource } from '../../input/cli/preview/preview-source.ts';
import { servePreview } from '../../input/preview/server.ts';
import { Browser } from './browser.ts';
import { askAt, loadSample, sample, sampleStreams } from './sample/load.ts';

/**
 * The picture gets 256 colours, where the tool for it is installed: a third of the size, and hardly to be told from the
 * original.
 */
function shrink(picture: Buffer): Buffer {
  const { status, stdout } = spawnSync('pngquant', ['--quality=60-95', '--speed=1', '--strip', '-'], {
    input: picture,
    maxBuffer: 16 * 1024 * 1024,
  });
  return status === 0 ? stdout : picture;
}

/** Charts draw in the next frame after they have their data. */
const waitUntilReady = `new Promise((done, fail) => {
  const start = Date.now();
  const look = () => {
    if (document.body?.dataset.ready === 'true') requestAnimationFrame(() => requestAnimationFrame(done));
    else if (Date.now() - start > 20000) fail(new Error('not ready: ' + document.body?.innerText.slice(0, 200)));
    else setTimeout(look, 50);
  };
  look();
})`;

const [width = '1440', theme = 'light', folder = join(import.meta.dirname, '../../dashboards/screenshots')] =
  process.argv.slice(2);
const elasticsearch = process.env.ELASTICSEARCH_URL ?? 'http://127.0.0.1:9200';
if (process.env.KEEP_SAMPLE === undefined) await loadSample(elasticsearch);

const ask = askAt(elasticsearch);
const objects = generateSavedObjects(loadDashboards(), createFieldLookup());
const search = (body: object) => ask('POST', `/${sampleStreams.join(',')}/_search`, body);
const server = await servePreview(
  previewSource(objects, search, () => sample.end),
  0,
);
const browser = await Browser.launch();
mkdirSync(folder, { recursive: true });
try {
  await browser.resize(Number(width), 900);
  for (const { id, type } of objects) if (type === 'dashboard') await takePicture(id);
} finally {
  await browser.close();
  await server.close();
}

async function takePicture(id: string): Promise<void> {
  await browser.resize(Number(width), 900);
  await browser.send('Page.navigate', { url: `${server.url}?${id}#/${id}?from=now-7d&theme=${theme}` });
  await browser.evaluate(waitUntilReady);
  const failures = await browser.evaluate(
    "[...document.querySelectorAll('.note')].map((note) => note.closest('.panel').innerText).join(' | ')",
  );
  if (failures !== '') throw new Error(`${id} does not draw everything: ${failures}`);
  const height = await browser.evaluate('document.documentElement.scrollHeight');
  await browser.resize(Number(width), Number(height));
  await browser.evaluate('new Promise((done) => setTimeout(done, 300))');
  const picture = shrink(await browser.screenshot());
  writeFileSync(join(folder, `${id.slice(id.indexOf('-') + 1)}.png`), picture);
  console.log(`${id}: ${width} × ${height}, ${Math.round(picture.length / 1024)} KiB`);
}
