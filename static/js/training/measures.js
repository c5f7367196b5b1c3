// What the charts show of a record: a number, or the three of a band; of one block, where `block` is asked for.
const percent = (share) => (share === undefined || share === null ? null : 100 * share);
const fromLow = { fixed: [0, 100] };

export const MEASURES = {
  loss: { of: (record) => record.loss, zero: true, about: 4, capped: true },
  accuracy: { of: (record) => percent(record.accuracy), ...fromLow },
  held: { of: (record) => percent(record.held?.accuracy), ...fromLow },
  held_loss: { of: (record) => record.held?.loss, zero: true, capped: true },
  unit: { of: (record) => record.unit },
  gradient: { of: (record) => record.gradient, log: true },
  block_gradient: { of: (record, block) => record.blocks[block]?.gradient, log: true },
  update: { of: (record, block) => record.blocks[block]?.update, log: true },
  effective_rate: { of: (record, block) => record.blocks[block]?.effective_rate, log: true },
  weight: { of: (record, block) => record.blocks[block]?.weight },
  rate: { of: (record) => record.rate, log: true },
  gamma: { of: (record, block) => record.blocks[block]?.gamma },
  beta: { of: (record, block) => record.blocks[block]?.beta },
  running_mean: { of: (record, block) => record.blocks[block]?.running?.mean, zero: true },
  running_variance: { of: (record, block) => record.blocks[block]?.running?.variance, zero: true },
};

// The middle of a band, or the number itself.
export const middle = (value) => (Array.isArray(value) ? value[1] : value);

// What is there of a value, as numbers.
export const parts = (value) => (Array.isArray(value) ? value : [value]).filter((one) => one !== null && one !== undefined);
