// The contract between the preview's page and whatever provides its data: dashboards for the page to draw, and answers
// to their panels. Nothing here knows how a dashboard is defined or what Elasticsearch is.

/** The time, query and filters that the person in front of the page chose. */
export interface PageChoice {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** A query in KQL. */
  readonly query: string;
  readonly filters: readonly PageFilter[];
}

/** A filter on a field: events with one of the values are shown or, with `without`, events with none of them. */
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
  /** Returns everything the page needs to lay the dashboard out; undefined when there is none of that id. */
  describe(id: string): object | undefined;
  /** Returns the data of the panel; undefined when there is no such panel. Rejects with a sentence a person can use. */
  answer(dashboard: string, panel: string, choice: PageChoice): Promise<object | undefined>;
  /** Returns the values that a control offers. */
  values(dashboard: string, control: string, choice: PageChoice): Promise<readonly unknown[] | undefined>;
  /** Returns the present time of the preview: an old sample can be looked at as if it were of today. */
  now(): number;
}
