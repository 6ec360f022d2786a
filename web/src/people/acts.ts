// Everything that is done to people and faces, each with its way back.

import {
  assignFaces,
  changePerson,
  hidePeople,
  ignoreFaces,
  mergePeople,
  splitPerson,
  unassignFaces,
  type Change,
  type Person,
  type Who,
} from '../api/people';
import type { PersonRef } from '../api/types';
import { t, tn } from '../i18n/i18n.svelte';
import { perform, performChange, type Act } from './changes.svelte';
import { names } from './names.svelte';

type Ids = readonly number[];
type More = Pick<Act<Change>, 'undone' | 'redone'>;

/** Gives a person a name, or merges them into whoever has it. Resolves to whose pile it is now. */
export async function nameAs(person: PersonRef, who: Who, name: string): Promise<number | null> {
  if ('person' in who) {
    if (who.person === person.id) return person.id;
    return (await merge(who.person, [person.id], name)) ? who.person : null;
  }
  return (await rename(person, who.name)) ? person.id : null;
}

async function rename(person: PersonRef, name: string): Promise<boolean> {
  const set = async (to: string | null): Promise<Person> => {
    const changed = await changePerson(person.id, { name: to });
    names.learn([changed]);
    return changed;
  };
  const text = t('people.named', { name });
  return (await perform({ send: () => set(name), undo: () => set(person.name), text })) !== null;
}

/** `name`: of the pile that remains, empty when it has none. */
export async function merge(into: number, sources: Ids, name: string): Promise<boolean> {
  const what = tn('people.merged', sources.length, { name: name || t('people.unnamed') });
  return (await performChange(() => mergePeople(into, sources), what)) !== null;
}

export async function hide(people: Ids, hidden: boolean): Promise<boolean> {
  const set = async (to: boolean): Promise<true> => {
    await hidePeople(people, to);
    return true;
  };
  const text = tn(hidden ? 'people.hidden' : 'people.shown', people.length);
  return (await perform({ send: () => set(hidden), undo: () => set(!hidden), text })) !== null;
}

export async function setAvatar(person: Person, face: number): Promise<boolean> {
  const set = (to: number | null): Promise<Person> => changePerson(person.id, { avatar_face: to });
  const undo = (): Promise<Person> => set(person.avatar_face);
  const text = t('people.avatar_set');
  return (await perform({ send: () => set(face), undo, text })) !== null;
}

/** Makes a pile of its own of faces; somebody may then say whose. */
export async function split(person: number, faces: Ids): Promise<boolean> {
  const text = tn('people.split', faces.length);
  return (await performChange(() => splitPerson(person, faces, null), text)) !== null;
}

export async function assign(faces: Ids, who: Who, name: string, more?: More): Promise<boolean> {
  const text = tn('people.assigned', faces.length, { name });
  return (await performChange(() => assignFaces(faces, who), text, more)) !== null;
}

export async function refuse(faces: Ids, more?: More): Promise<boolean> {
  const text = tn('people.refused', faces.length);
  return (await performChange(() => unassignFaces(faces, true), text, more)) !== null;
}

export async function ignore(faces: Ids, more?: More): Promise<boolean> {
  const text = tn('people.ignored', faces.length);
  return (await performChange(() => ignoreFaces(faces, true), text, more)) !== null;
}
