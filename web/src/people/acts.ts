// Everything that is done to people and faces, each with its way back.

import {
  assignFaces,
  changePerson,
  deletePerson,
  hidePeople,
  ignoreFaces,
  mergePeople,
  refuseSuggestion,
  splitPerson,
  refuseFaces,
  unassignFaces,
  type Change,
  type Who,
} from '../api/people';
import type { PersonRef } from '../api/types';
import { t, tn } from '../i18n/i18n.svelte';
import { performChange, type Followers } from './changes.svelte';
import { nameOf, names } from './names.svelte';

type Ids = readonly number[];

/** Gives a person a name, or merges them into whoever has it. Resolves to whose pile it is now. */
export async function nameAs(person: PersonRef, who: Who, name: string): Promise<number> {
  if ('name' in who) await rename(person, who.name);
  else if (who.person !== person.id && (await merge(who.person, [person.id], name))) {
    return who.person;
  }
  return person.id;
}

async function rename(person: PersonRef, name: string): Promise<void> {
  const text = t('people.named', { name });
  const done = await performChange(() => changePerson(person.id, { name }), text);
  if (done?.person) names.learn([done.person]);
}

/** `name`: of the pile that remains, empty when it has none. */
export async function merge(into: number, sources: Ids, name: string): Promise<boolean> {
  const what = tn('people.merged', sources.length, { name: name || t('people.unnamed') });
  return (await performChange(() => mergePeople(into, sources), what)) !== null;
}

export async function hide(people: Ids, hidden: boolean): Promise<boolean> {
  const text = tn(hidden ? 'people.hidden' : 'people.shown', people.length);
  return (await performChange(() => hidePeople(people, hidden), text)) !== null;
}

export async function remove(person: PersonRef): Promise<boolean> {
  const text = t('people.deleted', { name: nameOf(person) });
  return (await performChange(() => deletePerson(person.id), text)) !== null;
}

/** The two piles are not suggested again. */
export async function keepApart(a: PersonRef, b: PersonRef): Promise<boolean> {
  const text = t('review.kept_apart', { a: nameOf(a), b: nameOf(b) });
  return (await performChange(() => refuseSuggestion(a.id, b.id), text)) !== null;
}

export async function setAvatar(person: number, face: number): Promise<boolean> {
  const set = (): Promise<Change> => changePerson(person, { avatar_face: face });
  return (await performChange(set, t('people.avatar_set'))) !== null;
}

/** Makes a pile of its own of faces; somebody may then say whose. */
export async function split(person: number, faces: Ids): Promise<boolean> {
  const text = tn('people.split', faces.length);
  return (await performChange(() => splitPerson(person, faces), text)) !== null;
}

export async function assign(faces: Ids, who: Who, name: string, more?: Followers): Promise<boolean> {
  const text = tn('people.assigned', faces.length, { name });
  return (await performChange(() => assignFaces(faces, who), text, more)) !== null;
}

export async function refuse(faces: Ids, more?: Followers): Promise<boolean> {
  const text = tn('people.refused', faces.length);
  return (await performChange(() => unassignFaces(faces, true), text, more)) !== null;
}

/** Says that a face which nobody has is not this person's. */
export async function notOf(face: number, person: PersonRef, more?: Followers): Promise<boolean> {
  const text = t('people.not_of', { name: nameOf(person) });
  return (await performChange(() => refuseFaces([face], person.id), text, more)) !== null;
}

export async function ignore(faces: Ids, more?: Followers): Promise<boolean> {
  const text = tn('people.ignored', faces.length);
  return (await performChange(() => ignoreFaces(faces, true), text, more)) !== null;
}
