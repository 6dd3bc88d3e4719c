// Alerting rules that a user can switch on, as templates: each a question to the collection documents. Kibana offers
// them from 9.2 on; an older one leaves the files aside.

interface RuleSource {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  /** Elasticsearch's query language; a hit is an alert. */
  readonly query: object;
  readonly everyMinutes: number;
  readonly windowMinutes: number;
  /** Alert where nothing is found at all. */
  readonly onNothing?: true;
}

const above = (field: string, least: number) => ({ range: { [`m365.collection.${field}`]: { gt: least } } });
const any = (...queries: readonly object[]) => ({ bool: { should: queries, minimum_should_match: 1 } });

const hourMs = 3_600_000;

export const alertingRules: readonly RuleSource[] = [
  {
    id: 'gap',
    name: 'Microsoft 365: audit records were lost',
    about:
      'Content expired, was withheld or could not be read, or a stretch of time could not be listed. The document says which and why.',
    query: any(above('blobs.lost', 0), above('gap.count', 0), above('records.dead_lettered', 0)),
    everyMinutes: 15,
    windowMinutes: 30,
  },
  {
    id: 'lag',
    name: 'Microsoft 365: audit records arrive late',
    about: 'From the creation of content to its delivery it took more than an hour.',
    query: above('delivery_lag', hourMs),
    everyMinutes: 15,
    windowMinutes: 30,
  },
  {
    id: 'quiet',
    name: 'Microsoft 365: a content type went quiet',
    about: 'No records for far longer than this content type is used to, though nothing fails.',
    query: { term: { 'm365.collection.code': 'quiet' } },
    everyMinutes: 30,
    windowMinutes: 60,
  },
  {
    id: 'silent',
    name: 'Microsoft 365: the collector does not report',
    about: 'Not one report of completeness arrived: the collector, or its way to Elasticsearch, is down.',
    query: { match_all: {} },
    everyMinutes: 15,
    windowMinutes: 60,
    onNothing: true,
  },
  {
    id: 'credential',
    name: 'Microsoft 365: the credential ends soon, or has ended',
    about: 'The client secret or certificate ends within 14 days, or Microsoft says that it has.',
    query: any(
      { range: { 'm365.collection.credential.expires': { lt: 'now+14d' } } },
      { terms: { 'm365.collection.code': ['AADSTS7000222', 'AADSTS7000215', 'AADSTS1000502'] } },
    ),
    everyMinutes: 60,
    windowMinutes: 120,
  },
];

/** As files of a package. */
export function writeAlertingRules(): ReadonlyMap<string, object> {
  return new Map(
    alertingRules.map((rule) => {
      const id = `m365-${rule.id}`;
      return [`kibana/alerting_rule_template/${id}.json`, describeRule(id, rule)];
    }),
  );
}

function describeRule(id: string, rule: RuleSource): object {
  const { name, about, query, everyMinutes, windowMinutes, onNothing } = rule;
  return {
    attributes: {
      description: about,
      name,
      params: {
        aggType: 'count',
        esQuery: JSON.stringify({ query }),
        excludeHitsFromPreviousRun: true,
        groupBy: 'all',
        index: ['logs-m365.collection-*'],
        searchType: 'esQuery',
        size: 100,
        threshold: [onNothing ? 1 : 0],
        thresholdComparator: onNothing ? '<' : '>',
        timeField: '@timestamp',
        timeWindowSize: windowMinutes,
        timeWindowUnit: 'm',
      },
      ruleTypeId: '.es-query',
      schedule: { interval: `${everyMinutes}m` },
      tags: ['Microsoft 365'],
    },
    coreMigrationVersion: '8.8.0',
    id,
    managed: true,
    references: [],
    type: 'alerting_rule_template',
    typeMigrationVersion: '10.1.0',
  };
}
