// Every family that a fit can have. Smaller ones come before those that contain them.
import { type CovarianceType, type FamilyName, familyNameOf } from "../input/families.ts";
import { EEE, VII, VVI, VVV } from "./classical.ts";
import { EEI } from "./eei.ts";
import type { Family } from "./family.ts";

const FAMILIES: Readonly<Record<FamilyName, Family>> = { VII, EEI, VVI, EEE, VVV };

/** A family by its name, or by that of a form: the one that has no other restriction. */
export function familyNamed(name: FamilyName | CovarianceType): Family {
  return FAMILIES[familyNameOf(name)];
}

/** The place of a family among all: larger than those of the families that it contains. */
export function rankOf(name: FamilyName): number {
  return Object.keys(FAMILIES).indexOf(name);
}
