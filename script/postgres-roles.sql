-- The two roles of Waymark on PostgreSQL and its database. Run once, as somebody who may make roles:
--
--   psql -v database=waymark -v owner_password="'...'" -v app_password="'...'" -f script/postgres-roles.sql postgres
--
-- waymark_owner  owns the tables and runs `waymark migrate` (WAYMARK_OWNER_DATABASE_URL), nothing else.
-- waymark_app    serves (DATABASE_URL). It owns nothing and is bound by row security; `waymark migrate` gives it its
--                rights, so run that again if the role was made after the tables.
-- Row security binds the owner as well. pg_dump refuses half a copy: `waymark backup` runs it as waymark_app, which says
-- that it is an operator's command, and `waymark restore` works as waymark_owner. Whoever calls pg_dump without them needs
-- a role that sees every row and is used for nothing else:  CREATE ROLE waymark_backup LOGIN BYPASSRLS;  GRANT
-- pg_read_all_data TO it.  Such a copy is not sealed and holds the wrapped keys of persons.
\set ON_ERROR_STOP on

CREATE ROLE waymark_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :owner_password;
CREATE ROLE waymark_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :app_password;
CREATE DATABASE :"database" OWNER waymark_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO waymark_app;

\connect :"database"
-- Nobody else keeps anything here, and nothing can be put in front of the tables.
ALTER SCHEMA public OWNER TO waymark_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO waymark_app;
