/* What the native programs share: the list of parameters that a parser fills,
 * and a loop that takes commands from the standard input:
 *
 *   load PATH       reads a document          -> "ok"
 *   check           decodes it once           -> count and hash of the parameters
 *   time SECONDS    decodes it over and over  -> nanoseconds of CPU a document
 *   rss             decodes it once, keeps it -> peak RSS of the process in kB
 *
 * Strings are copied into an arena that is used again, which is the cheapest
 * way to have them on their own. */
#ifndef BENCH_H
#define BENCH_H

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct { size_t at, len; } piece;
typedef struct { piece name, type, value; } param;

static char *doc; static size_t doc_len;
static param *params; static size_t count, params_cap;
static char *arena; static size_t arena_len, arena_cap;

static void parse(void); /* the program's own */

static void *grown(void *p, size_t n) {
	if (!(p = realloc(p, n))) { perror("realloc"); exit(1); }
	return p;
}

static void append(const char *s, size_t n) {
	if (arena_len + n > arena_cap) arena = (char *)grown(arena, arena_cap = 2 * (arena_len + n) + 4096);
	memcpy(arena + arena_len, s, n);
	arena_len += n;
}

static piece keep(const char *s, size_t n) {
	piece p = {arena_len, n};
	append(s, n);
	return p;
}

static param *add(void) {
	if (count == params_cap) params = (param *)grown(params, (params_cap = 2 * params_cap + 64) * sizeof *params);
	memset(&params[count], 0, sizeof *params);
	return &params[count++];
}

/* What becomes of an element's text, by its local name. */
enum { NOTHING, ENTRY, NAME, VALUE, ITEM };

static int role(const char *local) {
	switch (local[0]) {
	case 'P': return !strcmp(local, "ParameterValueStruct") || !strcmp(local, "ParameterInfoStruct") ? ENTRY : NOTHING;
	case 'N': return !strcmp(local, "Name") ? NAME : NOTHING;
	case 'V': return !strcmp(local, "Value") ? VALUE : NOTHING;
	case 'W': return !strcmp(local, "Writable") ? VALUE : NOTHING;
	case 's': return !strcmp(local, "string") ? ITEM : NOTHING;
	}
	return NOTHING;
}

/* For parsers with callbacks: the element at hand. */
static int current; static size_t text_at; static piece type_attr;

static inline void begin(const char *local) {
	int r = role(local);
	if (r == ENTRY) add();
	current = r == ENTRY ? NOTHING : r;
	type_attr.len = 0;
	text_at = arena_len;
}

static inline void finish(void) {
	piece text = {text_at, arena_len - text_at};
	if (current == ITEM) add()->name = text;
	else if (count > 0 && current == NAME) params[count - 1].name = text;
	else if (count > 0 && current == VALUE) params[count - 1].value = text, params[count - 1].type = type_attr;
	current = NOTHING;
}

static uint64_t hash(uint64_t h, piece p) { /* FNV-1a, with a NUL behind each */
	for (size_t i = 0; i < p.len; i++) h = (h ^ (unsigned char)arena[p.at + i]) * 1099511628211u;
	return h * 1099511628211u;
}

static void decode(void) { count = arena_len = 0; current = NOTHING; parse(); }

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static void load(const char *path) {
	FILE *f = fopen(path, "rb");
	if (!f) { perror(path); exit(1); }
	fseek(f, 0, SEEK_END);
	doc_len = ftell(f);
	rewind(f);
	doc = (char *)grown(doc, doc_len + 1);
	if (fread(doc, 1, doc_len, f) != doc_len) { perror(path); exit(1); }
	doc[doc_len] = 0;
	fclose(f);
	puts("ok");
}

static void check(void) {
	uint64_t h = 14695981039346656037u;
	decode();
	for (size_t i = 0; i < count; i++) h = hash(hash(hash(h, params[i].name), params[i].type), params[i].value);
	printf("%zu %016llx\n", count, (unsigned long long)h);
}

static void time_it(double seconds) {
	double start = now(), end = start + seconds * 1e9, t;
	long n = 0;
	do { decode(); n++; } while ((t = now()) < end);
	printf("%.0f\n", (t - start) / n);
}

static void rss(void) {
	char line[256]; long kb = 0;
	decode();
	FILE *f = fopen("/proc/self/status", "r");
	while (f && fgets(line, sizeof line, f)) sscanf(line, "VmHWM: %ld", &kb);
	printf("%ld\n", kb);
}

static int serve(void) {
	char line[4096];
	mallopt(M_TRIM_THRESHOLD, 1 << 30); /* else each run pays for its page faults */
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, "load ", 5)) load(line + 5);
		else if (!strcmp(line, "check")) check();
		else if (!strncmp(line, "time ", 5)) time_it(atof(line + 5));
		else if (!strcmp(line, "rss")) rss();
		else return 2;
	}
	return 0;
}

#endif
