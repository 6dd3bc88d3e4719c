// The connection to the agent: gRPC over mutual TLS, on this machine. Both sides know each other by certificates that the
// agent makes for each component.

import { Client, type ClientDuplexStream, credentials, logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import type { Method } from './protocol/definition.ts';
import type { StartUp } from './protocol/messages.ts';

export interface AgentConnection extends Disposable {
  open(method: Method): ClientDuplexStream<object, object>;
}

/** Connects when the first stream is opened. Each connection is tried on its own: pauses are the caller's. */
export function connectToAgent({
  address,
  serverName,
  authority,
  certificate,
  key,
}: StartUp): AgentConnection {
  // What it would print is no log line that the agent understands.
  setLogVerbosity(logVerbosity.NONE);
  const client = new Client(address, credentials.createSsl(authority, key, certificate), {
    'grpc.ssl_target_name_override': serverName,
    'grpc.default_authority': serverName,
    // The agent sends a policy of any size in one message.
    'grpc.max_receive_message_length': -1,
    // The environment's proxy is for the way to Microsoft.
    'grpc.enable_http_proxy': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.service_config_disable_resolution': 1,
  });
  return {
    open: ({ path, requestSerialize, responseDeserialize }) =>
      client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize),
    [Symbol.dispose]: () => client.close(),
  };
}
