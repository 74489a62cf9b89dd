-- Used keys are swept by age.
CREATE INDEX orleans_grain_state_idempotency ON orleans_grain_state (modified_at) WHERE state_name = 'idempotency';
