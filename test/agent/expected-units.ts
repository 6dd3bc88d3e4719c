// The units that the double of an agent wants, with the index that each change of a unit's settings raises.

import type { UnitKind } from '../../input/agent/protocol/messages.ts';
import { writeStruct } from '../../input/agent/protocol/struct.ts';

export interface UnitSettings {
  readonly id: string;
  readonly kind: UnitKind;
  readonly source: object;
  readonly logLevel?: 'ERROR' | 'WARN' | 'INFO' | 'DEBUG' | 'TRACE';
}

interface WantedUnit {
  readonly settings: UnitSettings;
  readonly index: number;
  readonly isWanted: boolean;
}

export class ExpectedUnits {
  #units = new Map<string, WantedUnit>();

  get wanted(): readonly WantedUnit[] {
    return [...this.#units.values()];
  }

  /** A unit that is not among these is to stop, and leaves when it has. */
  set(units: readonly UnitSettings[]): void {
    const before = this.#units;
    const next = new Map<string, WantedUnit>();
    for (const settings of units) {
      const known = before.get(settings.id);
      const isSame =
        known?.isWanted && JSON.stringify(known.settings.source) === JSON.stringify(settings.source);
      const index = (known?.index ?? 0) + (isSame ? 0 : 1);
      next.set(settings.id, { settings, index, isWanted: true });
    }
    for (const [id, unit] of before) if (!next.has(id)) next.set(id, { ...unit, isWanted: false });
    this.#units = next;
  }

  remove(id: string): void {
    this.#units.delete(id);
  }

  /** A unit as it is sent: with its settings only while another index was observed. */
  write({ settings, index, isWanted }: WantedUnit, observedIndex: string | undefined): object {
    const { id, kind, source, logLevel = 'INFO' } = settings;
    return {
      id,
      type: kind.toUpperCase(),
      state: isWanted ? 'HEALTHY' : 'STOPPED',
      config_state_idx: String(index),
      log_level: logLevel,
      ...(observedIndex !== String(index) && { config: { id, source: writeStruct(source) } }),
    };
  }
}
