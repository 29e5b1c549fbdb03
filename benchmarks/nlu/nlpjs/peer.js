// Peer: nlp.js with its Spanish package and default settings. Same protocol as ../peers/protocol.py: `node peer.js train|test WORK MODEL`.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { dockStart } = require('@nlpjs/basic');
const { LangEs } = require('@nlpjs/lang-es');

const RANKED = 10;
const WARM_UP = 20;

const rows = (file) => fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
const cpuSeconds = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
const peakMb = () => Math.floor(process.resourceUsage().maxRSS / 1024);

async function emptyNlp() {
  const dock = await dockStart({ settings: { nlp: { languages: ['es'], autoSave: false, autoLoad: false } }, use: ['Basic'] });
  const nlp = dock.get('nlp');
  nlp.container.use(LangEs);
  nlp.addLanguage('es');
  return nlp;
}

async function train(work, model) {
  const examples = rows(path.join(work, 'train.jsonl'));
  const cpu = cpuSeconds();
  const started = process.hrtime.bigint();
  const nlp = await emptyNlp();
  for (const { text, intent } of examples) nlp.addDocument('es', text, intent);
  await nlp.train();
  fs.writeFileSync(path.join(model, 'model.nlp'), nlp.export(true));
  const figures = { cpu_seconds: cpuSeconds() - cpu, wall_seconds: Number(process.hrtime.bigint() - started) / 1e9, peak_mb: peakMb() };
  fs.writeFileSync(path.join(model, 'train.json'), JSON.stringify(figures));
}

async function test(work, model) {
  const nlp = await emptyNlp();
  nlp.import(fs.readFileSync(path.join(model, 'model.nlp'), 'utf8'));
  const texts = rows(path.join(work, 'test.jsonl')).map((row) => row.text);
  for (const text of texts.slice(0, WARM_UP)) await nlp.process('es', text);
  const answers = [];
  for (const text of texts) {
    const started = cpuSeconds();
    const { classifications } = await nlp.process('es', text);
    const milliseconds = 1000 * (cpuSeconds() - started);
    answers.push({ ranking: classifications.slice(0, RANKED).map(({ intent, score }) => [intent, score]), milliseconds, sureness: null });
  }
  fs.writeFileSync(path.join(model, 'test.json'), JSON.stringify({ peak_mb: peakMb(), answers }));
}

const [phase, work, model] = process.argv.slice(2);
({ train, test })[phase](work, model).catch((error) => { console.error(error); process.exit(1); });
