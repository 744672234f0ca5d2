#!/bin/sh
# After 1-hearthline.sql, once, when the database is made: in a container the role comes over the network and needs a
# password. psql quotes it; it is in no argument list and no log.
set -eu
psql -q -v ON_ERROR_STOP=1 -U postgres -d postgres <<'SQL'
\set secret `cat /run/secrets/hearthline_password`
ALTER ROLE hearthline PASSWORD :'secret';
SQL
