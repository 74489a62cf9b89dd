-- Silos that were declared dead since :began, and lived until then.
SELECT silo_name, suspect_times FROM orleans_membership WHERE status = 6 AND i_am_alive_time > :'began';
