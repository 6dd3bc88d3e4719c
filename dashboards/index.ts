// Dashboards: read from definitions/, generated as Kibana's saved objects, and asked of Elasticsearch without Kibana.

export { type AlertRule, generateAlertRules } from './alert-rules.ts';
export type { DashboardDefinition, FieldLookup } from './definition.ts';
export { type CollectionField, createFieldLookup, readCollectionFields } from './field-lookup.ts';
export { dashboardsOf, generateSavedObjects, titleOf } from './generate.ts';
export { loadDashboards } from './language/index.ts';
export { dataView, type SavedObject } from './saved-object.ts';
