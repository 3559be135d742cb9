import { HoldfastError } from '../../errors/index.ts';

export function malformed(place: string, message: string): HoldfastError {
  return new HoldfastError('profile-malformed', message.slice(0, 500), { place });
}

/** It says two things that can't both be meant. */
export function contradictory(place: string, message: string): HoldfastError {
  return new HoldfastError('profile-contradictory', message.slice(0, 500), { place });
}
