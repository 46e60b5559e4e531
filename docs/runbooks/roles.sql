-- The login roles, made once by the database's administrator before the first `migrate`.
-- Passwords are set afterwards, one by one, with \password ROLE in psql: nothing secret stands in a file.
CREATE ROLE idx_owner   LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;
CREATE ROLE idx_app     LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;
CREATE ROLE idx_local   LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;
CREATE ROLE idx_auditor LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;
CREATE ROLE idx_scan    LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;
CREATE ROLE idx_count   LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;
CREATE ROLE idx_sealer  LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;
ALTER DATABASE contactpoint OWNER TO idx_owner;
\connect contactpoint
ALTER SCHEMA public OWNER TO idx_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON DATABASE contactpoint FROM PUBLIC;
GRANT CONNECT ON DATABASE contactpoint TO idx_app, idx_local, idx_auditor, idx_scan, idx_count, idx_sealer;
-- A load is staged in temporary tables.
GRANT TEMPORARY ON DATABASE contactpoint TO idx_app;
