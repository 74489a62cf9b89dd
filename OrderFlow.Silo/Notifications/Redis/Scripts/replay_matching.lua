-- Replays the next dead letters that match a filter.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 retention, 3 to 8 see move_matching_dead_letters
-- Result: {moved, entry to continue after or nil}

return move_matching_dead_letters(replay_dead_letter)
