/* Plays edges of a contact to a gpio-sim line, each at its time.
 *
 *     dialer ATTRIBUTE < edges > times
 *
 * ATTRIBUTE is the sysfs file "pull" of the line; a pipe or a plain file will do for a test.
 * Every line of the input is "SECONDS LEVEL": the time after the first edge's beginning and 1 for
 * "pull-up" or 0 for "pull-down".  The first line of the output is "fifo 1" if the kernel let this
 * process run with a real-time priority, otherwise "fifo 0"; then, for every edge, the times
 * (CLOCK_MONOTONIC, s) that were wanted and at which the write returned.
 *
 * Waits are absolute, so that a late edge does not delay those that follow.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define BEGINS_AFTER 20000000LL /* ns from the last input to the first edge */
#define SECOND 1000000000LL

struct edge {
	long long wanted, written; /* ns */
	int high;
};

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

static void sleep_until(long long moment)
{
	struct timespec t = { moment / SECOND, moment % SECOND };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static int put(int file, int high)
{
	const char *text = high ? "pull-up\n" : "pull-down\n";
	ssize_t length = (ssize_t)strlen(text);
	ssize_t written = pwrite(file, text, (size_t)length, 0);

	if (written < 0 && errno == ESPIPE)
		written = write(file, text, (size_t)length);
	return written == length;
}

static struct edge *read_edges(size_t *count)
{
	struct edge *edges = NULL;
	size_t room = 0;
	double seconds;
	int high;

	*count = 0;
	while (scanf("%lf %d", &seconds, &high) == 2) {
		if (*count == room) {
			room = room ? 2 * room : 1024;
			edges = realloc(edges, room * sizeof *edges);
			if (!edges)
				return NULL;
		}
		edges[*count].wanted = (long long)(seconds * 1e9);
		edges[*count].written = 0;
		edges[(*count)++].high = high;
	}
	return edges;
}

int main(int argc, char **argv)
{
	struct sched_param priority = { .sched_priority = 50 };
	struct edge *edges;
	size_t count, i;
	long long begin;
	int file, fifo;

	if (argc != 2) {
		fprintf(stderr, "usage: dialer ATTRIBUTE < edges\n");
		return 2;
	}
	edges = read_edges(&count);
	if (!edges || !feof(stdin)) {
		fprintf(stderr, "the input has no edges, or a line that is not \"SECONDS LEVEL\"\n");
		return 2;
	}
	file = open(argv[1], O_WRONLY | O_CLOEXEC);
	if (file < 0) {
		perror(argv[1]);
		return 1;
	}
	mlockall(MCL_CURRENT | MCL_FUTURE);
	fifo = sched_setscheduler(0, SCHED_FIFO, &priority) == 0;
	begin = now() + BEGINS_AFTER;
	for (i = 0; i < count; i++) {
		edges[i].wanted += begin;
		sleep_until(edges[i].wanted);
		if (!put(file, edges[i].high)) {
			perror(argv[1]);
			return 1;
		}
		edges[i].written = now();
	}
	close(file);
	printf("fifo %d\n", fifo);
	for (i = 0; i < count; i++)
		printf("%.9f %.9f\n", (double)edges[i].wanted / 1e9, (double)edges[i].written / 1e9);
	return 0;
}
