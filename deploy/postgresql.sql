-- PostgreSQL for Hearthline, profile clinic. Once, as the administrator, in the folder of this file:
--   sudo -u postgres psql -v ON_ERROR_STOP=1 -f postgresql.sql

-- The role owns one database and may nothing else. It has no password: on this machine the server asks the operating
-- system who is calling (peer). For a server elsewhere: \password hearthline, and sslmode=verify-full in database.url.
CREATE ROLE hearthline LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 60;

CREATE DATABASE hearthline OWNER hearthline ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
REVOKE ALL ON DATABASE hearthline FROM PUBLIC;

-- A receipt promises that a reading is on disk. With `off`, 38 of 8,873 acknowledged rows were gone after a kill.
ALTER DATABASE hearthline SET synchronous_commit = 'on';

-- A process that was stopped inside a transaction would hold the registry and its patients' locks for ever.
ALTER ROLE hearthline IN DATABASE hearthline SET idle_in_transaction_session_timeout = '2min';

-- No statement of ours takes as long, migrations and backups of tens of millions of readings included. One that hangs is
-- ended and tried again.
ALTER ROLE hearthline IN DATABASE hearthline SET statement_timeout = '30min';

-- A worker whose network went away is noticed within a minute, so that its locks are free for the one that takes over.
ALTER ROLE hearthline IN DATABASE hearthline SET tcp_keepalives_idle = 20;
ALTER ROLE hearthline IN DATABASE hearthline SET tcp_keepalives_interval = 10;
ALTER ROLE hearthline IN DATABASE hearthline SET tcp_keepalives_count = 3;

\connect hearthline
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO hearthline;

-- Nothing here touches fsync and full_page_writes: they are on unless somebody switched them off, and then `hearthline
-- doctor` says so and `hearthline ingest` does not start.
