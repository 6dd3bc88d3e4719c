// The definition of the control protocol, as the libraries for gRPC take it: the messages and the two streams.

import { fromJSON, type MessageTypeDefinition, type MethodDefinition } from '@grpc/proto-loader';
import definition from './generated/elastic-agent.json' with { type: 'json' };

type Namespace = Parameters<typeof fromJSON>[0];

const loaded = load(definition);

export type Method = MethodDefinition<object, object>;

/** The stream on which states go out and settings come in, and the one on which questions come in and answers go out. */
export const methods = {
  checkin: methodOf('CheckinV2'),
  actions: methodOf('Actions'),
};

export const startUpInfo: MessageTypeDefinition<object, object> = messageOf('StartUpInfo');

/** What was generated is too much for the type that the library has for it. */
function load(generated: object) {
  if (!isNamespace(generated)) throw new Error('the control protocol is empty');
  return fromJSON(generated, { keepCase: true, longs: String, enums: String, defaults: true });
}

function isNamespace(generated: object): generated is Namespace {
  return 'nested' in generated;
}

function methodOf(name: string): Method {
  const service = loaded['proto.ElasticAgent'];
  const method: Method | undefined =
    service && !('format' in service)
      ? Object.entries(service).find(([key]) => key === name)?.[1]
      : undefined;
  if (!method) throw new Error(`the control protocol has no method ${name}`);
  return method;
}

function messageOf(name: string): MessageTypeDefinition<object, object> {
  const message = loaded[`proto.${name}`];
  if (!message || !isMessage(message)) throw new Error(`the control protocol has no message ${name}`);
  return message;
}

function isMessage(definition: object): definition is MessageTypeDefinition<object, object> {
  return 'deserialize' in definition;
}
