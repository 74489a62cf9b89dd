-- orders_unsettled serves all of its queries.
DROP INDEX IF EXISTS orders_unfinished;
