// What the preview shows, whoever makes it: dashboards as data for the page to draw, and answers to their panels.
// Nothing here knows how a dashboard is defined or what Elasticsearch is.

/** What the person in front of the page chose. */
export interface PageChoice {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** KQL. */
  readonly query: string;
  readonly filters: readonly PageFilter[];
}

/** Only events whose field has one of the values, or, with `without`, none of them. */
export interface PageFilter {
  readonly field: string;
  readonly values: readonly (string | number | boolean)[];
  readonly without?: boolean;
}

interface DashboardTitle {
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

export interface PreviewSource {
  list(): readonly DashboardTitle[];
  /** Everything the page needs to lay the dashboard out; undefined when there is none of that id. */
  describe(id: string): object | undefined;
  /** What the panel shows; undefined when there is no such panel. Rejects with a sentence a person can use. */
  answer(dashboard: string, panel: string, choice: PageChoice): Promise<object | undefined>;
  /** The values that a control offers. */
  values(dashboard: string, control: string, choice: PageChoice): Promise<readonly unknown[] | undefined>;
  /** Now, as the preview sees it: an old sample can be looked at as if it were of today. */
  now(): number;
}
