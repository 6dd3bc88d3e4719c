// Builds records of Forms (66), sensitivity labels (83) and Copilot (261).

import { buildRecord, pickAddress, type RecordFamily, type RecordFields, type Scene } from './record.ts';

function buildForm(scene: Scene): RecordFields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  return buildRecord(
    scene,
    {
      operation: random.pick(['CreateForm', 'ViewForm', 'SubmitResponse', 'AllowAnonymousResponse']),
      recordType: 66,
      workload: 'MicrosoftForms',
      userId: person.upn,
      userKey: person.objectId,
      clientIp: pickAddress(scene, person),
    },
    {
      ActivityParameters: JSON.stringify({ formId: random.hex(40), url: 'https://forms.example.org/r/1' }),
      FormId: random.hex(40),
      FormName: 'Summer party',
      FormTypes: [0],
      FormsUserTypes: [1],
      SourceApp: 'MS Forms',
    },
  );
}

function buildLabel(scene: Scene): RecordFields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  return buildRecord(
    scene,
    {
      operation: random.pick([
        'SensitivityLabelApplied',
        'SensitivityLabelUpdated',
        'SensitivityLabelRemoved',
      ]),
      recordType: 83,
      workload: 'PublicEndpoint',
      userId: person.upn,
      userKey: person.objectId,
      clientIp: pickAddress(scene, person),
      objectId: `C:\\Users\\${person.upn.split('@')[0]}\\Documents\\Budget 2027.xlsx`,
    },
    {
      ApplicationMode: 'Standard',
      CommonTargetProperties: { ObjectId: 'Budget 2027.xlsx' },
      ContentType: 0,
      DeviceName: `LAPTOP-${random.hex(7).toUpperCase()}`,
      Platform: 1,
      SensitivityLabelEventData: {
        ActionSource: 3,
        JustificationText: '',
        LabelEventType: 1,
        OldSensitivityLabelId: random.guid(),
        SensitivityLabelId: random.guid(),
        SensitivityLabelPolicyId: random.guid(),
      },
    },
  );
}

const documents = [
  'Roadmap.pptx',
  'Budget 2027.xlsx',
  'Contract draft.docx',
  'Minutes.docx',
  'Prices.xlsx',
] as const;

function buildCopilot(scene: Scene): RecordFields {
  const { random, world } = scene;
  const person = random.pick(world.people);
  const site = random.pick(world.sites);
  const document = random.pick(documents);
  return buildRecord(
    scene,
    {
      operation: 'CopilotInteraction',
      recordType: 261,
      workload: 'Copilot',
      userId: person.upn,
      userKey: person.objectId,
      clientIp: pickAddress(scene, person),
    },
    {
      AppIdentity: 'Copilot.BizChat',
      ClientRegion: 'dk',
      CopilotLogVersion: '1.0.0.0',
      CopilotEventData: {
        AISystemPlugin: [{ Id: 'BingWebSearch', Name: 'BingWebSearch', Version: '1' }],
        AccessedResources: [
          {
            Action: 'Read',
            Id: random.guid(),
            Name: document,
            SensitivityLabelId: random.guid(),
            SiteUrl: `${site.url}/Shared Documents/${document}`,
            Type: document.split('.').at(-1),
          },
        ],
        AppHost: random.pick(['Teams', 'Word', 'BizChat']),
        Contexts: [{ Id: `${site.url}/`, Type: 'StreamVideo' }],
        MessageIds: [],
        Messages: [
          { Id: String(scene.at), JailbreakDetected: false, isPrompt: true },
          { Id: String(scene.at + 900), JailbreakDetected: false, isPrompt: false },
        ],
        ModelTransparencyDetails: [{ ModelName: 'Default', ModelProviderName: 'Example' }],
        ThreadId: `19:${random.hex(32)}@thread.v2`,
      },
    },
  );
}

export const productivityFamilies: readonly RecordFamily[] = [
  { recordType: 66, contentType: 'Audit.General', weight: 3, build: buildForm },
  { recordType: 83, contentType: 'Audit.General', weight: 3, build: buildLabel },
  { recordType: 261, contentType: 'Audit.General', weight: 6, build: buildCopilot },
];
