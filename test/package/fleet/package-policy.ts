// A package policy as Kibana stores what was entered in the form of a package, and the input of an agent policy that Fleet
// makes of it. It knows no package but by its files.

import { parse } from 'yaml';
import type { PackageFiles } from '../../../input/cli/package/package-files.ts';
import { compileAsFleet, type FleetVariables, type FleetVersion } from './compile-template.ts';
import { type DeclaredVariable, validateVariable } from './validate-variable.ts';

interface DeclaredStream {
  readonly input: string;
  readonly template_path?: string;
  readonly enabled?: boolean;
  readonly vars?: readonly DeclaredVariable[];
}

interface DeclaredDataStream {
  readonly folder: string;
  readonly type: string;
  readonly dataset: string;
  readonly streams: readonly DeclaredStream[];
}

interface DeclaredManifest {
  readonly name: string;
  readonly version: string;
  readonly release?: string;
  readonly vars?: readonly DeclaredVariable[];
  readonly policy_templates: readonly {
    readonly name: string;
    readonly inputs: readonly { type: string }[];
  }[];
}

interface PackagePolicyStream {
  readonly id: string;
  readonly enabled: boolean;
  readonly data_stream: { readonly type: string; readonly dataset: string };
  readonly vars: FleetVariables;
}

export interface PackagePolicy {
  readonly id: string;
  readonly name: string;
  readonly revision: number;
  readonly vars: FleetVariables;
  readonly inputs: readonly {
    readonly type: string;
    readonly policy_template: string;
    readonly enabled: boolean;
    readonly streams: readonly PackagePolicyStream[];
  }[];
  readonly namespace?: string;
  readonly output_id?: string;
  readonly condition?: string;
  readonly overrides?: { readonly inputs: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
}

/** What was entered: the variables of the package by name, those of streams by the folder of the data stream. */
export interface Entered {
  readonly package?: Readonly<Record<string, unknown>>;
  readonly streams?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Folders of data streams whose stream is switched off. */
  readonly disabled?: readonly string[];
}

/** A package as Kibana knows it once it is installed. */
export interface FleetPackage extends DeclaredManifest {
  readonly files: PackageFiles;
  readonly dataStreams: readonly DeclaredDataStream[];
}

export function openPackage(files: PackageFiles): FleetPackage {
  const dataStreams = [...files.keys()].flatMap((path) => {
    const [, folder] = /^data_stream\/([^/]+)\/manifest\.yml$/.exec(path) ?? [];
    return folder === undefined ? [] : [{ folder, ...parse(String(files.get(path))) }];
  });
  const manifest: DeclaredManifest = parse(String(files.get('manifest.yml')));
  return { ...manifest, files, dataStreams };
}

/** As Kibana sends a form: every declared variable, with its default where nothing was entered. */
function fillForm(
  declared: readonly DeclaredVariable[] = [],
  entered: Readonly<Record<string, unknown>> = {},
): FleetVariables {
  return Object.fromEntries(
    declared.map(({ name, type, default: value }) => [name, { type, value: entered[name] ?? value }]),
  );
}

export function makePackagePolicy(pack: FleetPackage, entered: Entered): PackagePolicy {
  const { vars, policy_templates, dataStreams } = pack;
  const id = 'f1a6f2f4-0d4e-4b0e-9a1f-6f0d8d1f5a11';
  return {
    id,
    name: 'contoso-1',
    revision: 3,
    vars: fillForm(vars, entered.package),
    inputs: policy_templates.flatMap(({ name, inputs }) =>
      inputs.map(({ type }) => ({
        type,
        policy_template: name,
        enabled: true,
        streams: dataStreams.flatMap(({ folder, dataset, type: kind, streams }) =>
          streams
            .filter(({ input }) => input === type)
            .map((stream) => ({
              id: `${type}-${dataset}-${id}`,
              enabled: (stream.enabled ?? true) && !entered.disabled?.includes(folder),
              data_stream: { type: kind, dataset },
              vars: fillForm(stream.vars, entered.streams?.[folder]),
            })),
        ),
      })),
    ),
  };
}

/**
 * Upgrades a policy to another version of its package, as Fleet does: a variable keeps its value where one of its name is
 * declared on the same level, and nowhere else.
 */
export function upgradePackagePolicy(pack: FleetPackage, before: PackagePolicy): PackagePolicy {
  const keep = (now: FleetVariables, then: FleetVariables = {}): FleetVariables =>
    Object.fromEntries(
      Object.entries(now).map(([name, { type, value }]) => [
        name,
        { type, value: then[name]?.value ?? value },
      ]),
    );
  const now = makePackagePolicy(pack, {});
  const streams = before.inputs.flatMap((input) => input.streams);
  return {
    ...before,
    vars: keep(now.vars, before.vars),
    inputs: now.inputs.map((input) => ({
      ...input,
      streams: input.streams.map((stream) => {
        const then = streams.find(({ data_stream }) => data_stream.dataset === stream.data_stream.dataset);
        return { ...stream, enabled: then?.enabled ?? stream.enabled, vars: keep(stream.vars, then?.vars) };
      }),
    })),
  };
}

/** What Kibana complains of in a form, each with the variable. */
export function validatePackagePolicy(pack: FleetPackage, policy: PackagePolicy): string[] {
  const complain = (declared: readonly DeclaredVariable[] = [], vars: FleetVariables) =>
    declared.flatMap((variable) =>
      validateVariable(variable, vars[variable.name]?.value).map((what) => `${variable.name}: ${what}`),
    );
  return [
    ...complain(pack.vars, policy.vars),
    ...policy.inputs.flatMap(({ type, streams: entered }) =>
      entered.flatMap(({ data_stream, vars, enabled }) => {
        const stream = pack.dataStreams.find(({ dataset }) => dataset === data_stream.dataset);
        const declared = stream?.streams.find(({ input }) => input === type)?.vars;
        return enabled ? complain(declared, vars) : [];
      }),
    ),
  ];
}

export interface AgentPolicyContext {
  readonly version: FleetVersion;
  readonly outputId?: string;
  readonly namespace?: string;
  /** Global data tags of the agent policy and of the integration. */
  readonly tags?: readonly { readonly name: string; readonly value: string | number }[];
}

interface AgentStream {
  readonly id: string;
  readonly data_stream: { readonly type: string; readonly dataset: string };
  readonly [setting: string]: unknown;
}

export interface AgentInput {
  readonly id: string;
  readonly type: string;
  readonly streams: readonly AgentStream[];
  readonly [setting: string]: unknown;
}

/** The inputs that an agent of the policy receives. */
export function makeAgentInputs(
  pack: FleetPackage,
  policy: PackagePolicy,
  context: AgentPolicyContext,
): readonly AgentInput[] {
  const { name, version, release } = pack;
  const { tags = [], outputId = 'default', namespace = 'default' } = context;
  const fields = Object.fromEntries(tags.map((tag) => [tag.name, tag.value]));
  return policy.inputs
    .filter(({ enabled }) => enabled)
    .map(({ type, policy_template, streams }) => {
      const id = `${type}-${policy_template}-${policy.id}`;
      return {
        id,
        revision: policy.revision,
        name: policy.name,
        type,
        data_stream: { namespace: policy.namespace ?? namespace },
        use_output: policy.output_id ?? outputId,
        package_policy_id: policy.id,
        ...(policy.condition !== undefined && { condition: policy.condition }),
        streams: streams
          .filter(({ enabled }) => enabled)
          .map((stream) => compileStream(pack, policy, { type, stream }, context.version)),
        ...(tags.length > 0 && { processors: [{ add_fields: { target: '', fields } }] }),
        meta: { package: { name, version, policy_template, release, agentVersion: undefined } },
        ...policy.overrides?.inputs[id],
      };
    });
}

/** The template sees the variables of the package, and those of the stream over them. */
function compileStream(
  { files, dataStreams }: FleetPackage,
  { vars }: PackagePolicy,
  { type, stream }: { readonly type: string; readonly stream: PackagePolicyStream },
  version: FleetVersion,
): AgentStream {
  const { dataset } = stream.data_stream;
  const declared = dataStreams.find((each) => each.dataset === dataset);
  const { template_path = 'stream.yml.hbs' } = declared?.streams.find(({ input }) => input === type) ?? {};
  const template = String(files.get(`data_stream/${declared?.folder}/agent/stream/${template_path}`));
  const compiled = compileAsFleet(template, { ...vars, ...stream.vars }, version);
  const { data_stream, ...settings } = compiled;
  return { id: stream.id, data_stream: { ...stream.data_stream, ...Object(data_stream) }, ...settings };
}

interface IndexPrivileges {
  readonly names: readonly string[];
  readonly privileges: readonly string[];
}

/** What the key of an agent may do that has only this policy: by the dataset that the template compiled, if it did. */
export function keyOf(inputs: readonly AgentInput[]): { cluster: string[]; indices: IndexPrivileges[] } {
  const indices = inputs.flatMap(({ streams, data_stream }) =>
    streams.map(({ data_stream: { type, dataset } }) => ({
      names: [`${type}-${dataset}-${Object(data_stream).namespace}`],
      privileges: ['auto_configure', 'create_doc'],
    })),
  );
  return { cluster: ['monitor'], indices };
}
