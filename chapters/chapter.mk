# `make` in a chapter's folder builds and runs it, as `make 2.2` does at the top; any other goal is handed to the top
# as it is. A chapter's Makefile is two lines: what it says about itself, and the include of this file.

number := $(firstword $(subst -, ,$(notdir $(CURDIR))))

.PHONY: chapter
chapter:
	@$(MAKE) -C ../.. --no-print-directory $(number)

.DEFAULT:
	@$(MAKE) -C ../.. --no-print-directory $@
