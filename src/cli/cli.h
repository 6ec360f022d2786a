/* The command line: one file a subcommand. Each takes its arguments, name first, and returns the
 * exit status: 0 done, 1 failed, 2 wrong usage. */
#pragma once

#define EXIT_DONE   0
#define EXIT_FAILED 1
#define EXIT_USAGE  2

int cli_serve(int argc, char **argv);
int cli_scan(int argc, char **argv);
int cli_people(int argc, char **argv);
int cli_user(int argc, char **argv);
int cli_key(int argc, char **argv);
int cli_models(int argc, char **argv);
int cli_doctor(int argc, char **argv);
int cli_backup(int argc, char **argv);
int cli_restore(int argc, char **argv);
