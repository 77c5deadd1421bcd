/* pugixml: a tree, then a walk that copies the strings. */
#include "bench.h"
#include <pugixml.hpp>

static piece copy(const char *s) { return keep(s, strlen(s)); }

static const char *local_part(const char *name) {
	const char *colon = strchr(name, ':');
	return colon ? colon + 1 : name;
}

static void entry(pugi::xml_node node) {
	param *p = add();
	for (pugi::xml_node n = node.first_child(); n; n = n.next_sibling())
		switch (role(n.name())) {
		case NAME: p->name = copy(n.child_value()); break;
		case VALUE: p->type = copy(n.attribute("xsi:type").value()); p->value = copy(n.child_value()); break;
		}
}

static void walk(pugi::xml_node node) {
	for (pugi::xml_node n = node.first_child(); n; n = n.next_sibling())
		switch (role(local_part(n.name()))) {
		case ENTRY: entry(n); break;
		case ITEM: add()->name = copy(n.child_value()); break;
		default: walk(n);
		}
}

static void parse(void) {
	pugi::xml_document tree;
	if (!tree.load_buffer(doc, doc_len)) {
		fprintf(stderr, "pugixml: parse error\n");
		exit(1);
	}
	walk(tree);
}

int main() { return serve(); }
