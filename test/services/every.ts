import { nginx } from './nginx/service.ts';
import { node } from './node/service.ts';
import { postgres } from './postgres/service.ts';
import { python } from './python/service.ts';
import { redis } from './redis/service.ts';
import type { Service } from './support/service.ts';

export const services: readonly Service[] = [nginx, redis, postgres, python, node];
