/* expat with namespaces: names are "URI|local". */
#include "bench.h"
#include <expat.h>

static const char *local_part(const char *name) {
	const char *bar = strrchr(name, '|');
	return bar ? bar + 1 : name;
}

static void XMLCALL on_start(void *u, const char *name, const char **attr) {
	(void)u;
	begin(local_part(name));
	if (current != VALUE) return;
	for (; *attr; attr += 2)
		if (!strcmp(attr[0], "http://www.w3.org/2001/XMLSchema-instance|type")) type_attr = keep(attr[1], strlen(attr[1]));
	text_at = arena_len;
}

static void XMLCALL on_end(void *u, const char *name) { (void)u; (void)name; finish(); }
static void XMLCALL on_text(void *u, const char *s, int n) { (void)u; if (current != NOTHING) append(s, n); }

static void parse(void) {
	static XML_Parser p;
	if (!p) p = XML_ParserCreateNS(NULL, '|');
	else XML_ParserReset(p, NULL);
	XML_SetElementHandler(p, on_start, on_end);
	XML_SetCharacterDataHandler(p, on_text);
	if (XML_Parse(p, doc, (int)doc_len, 1) != XML_STATUS_OK) {
		fprintf(stderr, "expat: %s\n", XML_ErrorString(XML_GetErrorCode(p)));
		exit(1);
	}
}

int main(void) { return serve(); }
