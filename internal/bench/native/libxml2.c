/* libxml2 by its SAX2 callbacks, without a tree. */
#include "bench.h"
#include <libxml/parser.h>

static void on_start(void *u, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri, int nns,
                     const xmlChar **ns, int nattr, int ndefault, const xmlChar **attr) {
	(void)u; (void)prefix; (void)uri; (void)nns; (void)ns; (void)ndefault;
	begin((const char *)local);
	if (current != VALUE) return;
	for (int i = 0; i < nattr; i++, attr += 5) /* local, prefix, URI, value, end of value */
		if (attr[2] && !strcmp((const char *)attr[0], "type") && strstr((const char *)attr[2], "XMLSchema-instance"))
			type_attr = keep((const char *)attr[3], attr[4] - attr[3]);
	text_at = arena_len;
}

static void on_end(void *u, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri) {
	(void)u; (void)local; (void)prefix; (void)uri;
	finish();
}

static void on_text(void *u, const xmlChar *s, int n) { (void)u; if (current != NOTHING) append((const char *)s, n); }

static void parse(void) {
	static xmlSAXHandler h;
	h.initialized = XML_SAX2_MAGIC;
	h.startElementNs = on_start;
	h.endElementNs = on_end;
	h.characters = on_text;
	if (xmlSAXUserParseMemory(&h, NULL, doc, (int)doc_len) != 0) {
		fprintf(stderr, "libxml2: not well-formed\n");
		exit(1);
	}
}

int main(void) { return serve(); }
