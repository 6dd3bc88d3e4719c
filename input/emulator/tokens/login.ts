// The login host as one more API: the token endpoint and the OpenID metadata, which every other API relies on.

import type { ApiRequest, EmulatedApi } from '../api.ts';
import type { HttpAnswer } from '../server/answer.ts';
import type { TokenIssuer } from './token.ts';

export const login: EmulatedApi = {
  name: 'login',
  routes: [
    { operation: 'token', method: 'POST', path: /^\/(?<tenant>[^/]+)\/oauth2\/(?:v2\.0\/)?token$/ },
    {
      operation: 'openid',
      method: 'GET',
      path: /^\/(?<tenant>[^/]+)\/v2\.0\/\.well-known\/openid-configuration$/,
    },
  ],
  open: ({ tokens, url }) => ({
    handle: async (request) => ({
      answer:
        request.route.operation === 'token'
          ? await issueToken(tokens, url(), request)
          : tokens.describeOpenId(request.account?.settings, request.route.tenant ?? ''),
    }),
    listFeeds: () => [],
  }),
};

const issueToken = (tokens: TokenIssuer, url: string, request: ApiRequest): Promise<HttpAnswer> =>
  tokens.answer({
    tenant: request.account?.settings,
    tenantText: request.route.tenant ?? '',
    form: new URLSearchParams(request.body),
    authorization: request.authorization,
    endpoint: url + request.route.path,
    firstVersion: !request.route.path.includes('/v2.0/'),
  });
