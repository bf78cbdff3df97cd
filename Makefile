# `make` lists what can be made. Everything lands below build/; another compiler, SAN=... and O=0 each get a
# folder of their own there, beside the default build:  make test SAN=address,undefined  make 2.2 CXX=clang++-19 O=0

## make 2.2          builds and runs chapter 2.2 in real time (ARGS="..." are its arguments); the same for each chapter
## make run          runs all chapters in order on the virtual clock and compares what they print with what is expected
## make test         all tests of the build at hand; T=word runs only those whose names contain it
## make conformance  the stored programs against CPython's logs; SEEDS=1..500 [SIZE=medium] makes new ones as well
## make streams      the same for what goes over a connection: both ends, in all pairings with CPython's
## make soak         the same on many thousand seeds of all sizes
## make docs         writes what the pages quote anew: code by its tags, what programs print, measured numbers
## make bench        the benchmarks; B=name runs only those whose names contain it
## make bench-save   measures all and saves what the pages quote in bench/results/ (R=name: in another file there)
## make all          builds everything, runs nothing
## make lint         the rules of this project's code that a script can check
## make format       lays out all C++ files by clang-format
## make expected     writes each chapter's expected.txt anew; read the difference before you commit it
## make setup        installs what is missing; the others do this for what they need
## make clean        removes build/
#
# Options: CXX=clang++-19  SAN=address,undefined  SAN=thread  O=0  V=1 (shows commands)
#          WERROR=1 (a warning is an error, as in .ci/run)

ifeq ($(origin CXX),default)
CXX := g++
endif
O      ?= 2
SIZE   ?= medium
# Narrows the conformance programs: generator,timeout,... (generate.py --help); empty: everything.
FEATURES ?=
# The distribution's Python: the one of Debian 12 is the release that the conformance logs were made with.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)

# `make -s` prints nothing but what the programs print. An own -j on the command line wins over this one.
quiet     := $(findstring s,$(firstword -$(MAKEFLAGS)))
MAKEFLAGS += --no-builtin-rules --no-print-directory -j$(shell nproc)
say        = @$(if $(quiet),:,printf '  %-4s %s\n' $1 $2)
Q         := $(if $(V),,@)

# build, or build/clang++-19-O0-address-undefined
comma   := ,
empty   :=
variant := $(filter-out g++,$(notdir $(CXX))) $(if $(filter-out 2,$O),O$O) $(subst $(comma),-,$(SAN))
BUILD   := build$(addprefix /,$(subst $(empty) ,-,$(strip $(variant))))
FLAGS   := -std=c++20 -O$O -g -Wall -Wextra -Wconversion -Wshadow -I. -pthread \
           $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer -DAIO_FRAME_POOL=false \
                       -D_GLIBCXX_ASSERTIONS) $(CXXFLAGS)
# What everything is compiled with. It is taken here, so no target's own `FLAGS +=` below gets into it; nor does WERROR,
# which changes no object.
compiled_with := $(CXX) $(FLAGS)
FLAGS         += $(if $(filter-out 0,$(WERROR)),-Werror)

# What the test scripts may ask for, and what the sanitizers shall do.
export BUILD CXX SAN FLAGS FEATURES
export PYTHONDONTWRITEBYTECODE := 1
export ASAN_OPTIONS  ?= detect_leaks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS ?= print_stacktrace=1
export TSAN_OPTIONS  ?= halt_on_error=1

# ---- What there is to build

files       = $(sort $(shell find $1 -name '$2' 2>/dev/null))
objects     = $(patsubst %.cpp,$(BUILD)/obj/%.o,$1)

floors      := $(filter-out bridges,$(patsubst runtime/%/,%,$(wildcard runtime/*/)))
chapters    := $(patsubst chapters/%/main.cpp,%,$(sort $(wildcard chapters/*/main.cpp)))
numbers     := $(foreach c,$(chapters),$(firstword $(subst -, ,$c)))
notes       := $(patsubst notes/%.cpp,%,$(wildcard notes/*.cpp))
unit        := $(strip $(call files,tests,*_test.cpp) $(wildcard tests/support/*.cpp))
interpreter := $(filter-out %_test.cpp,$(wildcard tests/conformance/*.cpp))
streams     := $(wildcard tests/streams/*.cpp)
cat         := $(wildcard tests/io/cat.cpp)
faults      := $(wildcard tests/faults/*.cpp)
wrapped     := open read write lseek ftruncate fsync close rename recv send sendmsg accept4 connect getaddrinfo epoll_ctl
benchmarks  := $(wildcard bench/*_bench.cpp)

library          := $(BUILD)/libaio.a
chapter_programs := $(addprefix $(BUILD)/chapters/,$(chapters))
note_programs    := $(addprefix $(BUILD)/notes/,$(notes))
test_programs    := $(if $(unit),$(BUILD)/tests/unit) $(if $(interpreter),$(BUILD)/tests/conformance) \
                    $(if $(streams),$(BUILD)/tests/streams) \
                    $(if $(cat),$(BUILD)/tests/cat $(BUILD)/bench/peer) \
                    $(if $(faults),$(BUILD)/tests/faults)
bench_programs   := $(if $(wildcard bench/peer.cpp),$(BUILD)/bench/peer) $(if $(benchmarks),$(BUILD)/bench/benchmarks)

# What .tools/setup is to look for, by goal; the compiler and {fmt} always.
needs := build $(if $(filter run expected docs bench-save,$(MAKECMDGOALS)),python) \
         $(if $(filter all test conformance streams soak docs %/tests/unit %/tests/conformance %/tests/streams %/tests/cat %/tests/faults,$(MAKECMDGOALS)),test) \
         $(if $(filter all bench bench-save %/bench/benchmarks,$(MAKECMDGOALS)),bench) \
         $(if $(filter 6.3 run expected docs all test %/6.3-debugging,$(MAKECMDGOALS)),logging)

unknown := $(filter-out $(numbers),$(foreach digit,0 1 2 3 4 5 6 7 8 9,$(filter $(digit)%,$(MAKECMDGOALS))))
ifneq ($(unknown),)
$(error There is no chapter $(unknown); there are $(numbers))
endif

# A path below build/ is this build's, or else another CXX, SAN or O is meant than the one that is given.
other_build = $(filter-out libaio.a flags obj floors chapters notes tests bench,$(firstword $(subst /, ,$(1:build/%=%))))
in_this     = $(BUILD)/$(patsubst $(addsuffix /,$(call other_build,$1))%,%,$(1:build/%=%))
stranger   := $(firstword $(foreach goal,$(filter build/%,$(MAKECMDGOALS)),$(filter-out $(call in_this,$(goal)),$(goal))))
ifneq ($(stranger),)
$(error $(stranger) is another build's: with CXX=$(CXX) SAN=$(SAN) O=$O it is $(call in_this,$(stranger)))
endif

# ---- Targets

.PHONY: help setup ready all run test conformance streams soak docs bench bench-save lint format expected clean \
        $(numbers) $(floors:%=lint-%)
.DELETE_ON_ERROR:
.SECONDEXPANSION:

help:
	@sed -n 's/^## //p' Makefile

setup:
	@.tools/setup build python test bench lint logging && echo 'Everything is there.'

all: $(library) $(chapter_programs) $(note_programs) $(test_programs) $(bench_programs)

$(numbers): $$(filter $(BUILD)/chapters/$$@-%,$(chapter_programs))
	@$< $(ARGS)

run: $(chapter_programs)
	@$(PYTHON) .tools/chapters.py run

expected: $(chapter_programs)
	@$(PYTHON) .tools/chapters.py expected

test: $(test_programs) $(chapter_programs) $(note_programs)
	@$(PYTHON) .tools/run_tests.py $(T)

check = $(PYTHON) tests/conformance/check.py $(BUILD)/tests/conformance --jobs $(shell nproc) $(addprefix --features ,$(FEATURES))

conformance: $(BUILD)/tests/conformance
	@$(check) --cases --random $(if $(SEEDS),--seeds $(SEEDS) --size $(SIZE))

streams: $(BUILD)/tests/streams
	@$(PYTHON) tests/streams/check.py $< --jobs 2 --cases --random $(if $(SEEDS),--seeds $(SEEDS) --size $(SIZE))

soak: $(BUILD)/tests/conformance
	@$(check) --seeds 1..10000 --size small
	@$(check) --seeds 1..10000 --size medium
	@$(check) --seeds 1..2000 --size large
	@$(check) --seeds 1..500 --deep

docs: $(chapter_programs) $(note_programs) $(if $(interpreter),$(BUILD)/tests/conformance)
	@$(PYTHON) .tools/docs.py write

bench: $(BUILD)/bench/benchmarks
	@$< $(if $(B),--benchmark_filter='$(B)')

bench-save: $(BUILD)/bench/benchmarks
	@$(PYTHON) .tools/bench_save.py $(R)

lint: $(floors:%=lint-%)
	@.tools/setup python lint
	@$(PYTHON) .tools/lint.py

format:
	@.tools/setup lint
	@find $(wildcard runtime chapters notes tests bench) -name '*.[ch]pp' | xargs -r clang-format -i

clean:
	@rm -rf build

# ---- How it is built

# What `make test` has not compiled yet.
tested     = $(filter-out tests/canaries/%,$(call files,tests chapters notes,*.cpp)) $(wildcard bench/peer.cpp)
uncompiled = $(filter-out $(call files,$(BUILD)/obj,*.o),$(call objects,$(tested) $(floors:%=floors/%.cpp)))

ready:
	@.tools/setup $(needs)
	$(if $(quiet),,$(if $(filter test,$(MAKECMDGOALS)),@$(PYTHON) .tools/run_tests.py --ahead $(words $(uncompiled)) $(T)))

# Touched only when what it holds changes: so new flags rebuild everything.
$(BUILD)/flags: ready
	@echo '$(compiled_with)' | cmp -s - $@ || echo '$(compiled_with)' > $@

$(BUILD)/obj/%.o: %.cpp $(BUILD)/flags
	$(call say,CXX,$<)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(FLAGS) -MMD -MP -c -o $@ $<

# Each floor of the runtime is compiled as one file, so that its headers are read once: half the time. It lists what is
# in the folder; what is in those files is among the dependencies that the compiler writes.
.SECONDARY: $(floors:%=$(BUILD)/floors/%.cpp)
$(BUILD)/floors/%.cpp: runtime/% | $(BUILD)/flags
	@mkdir -p $(@D)
	@printf '#include "%s"\n' $(call files,$<,*.cpp) > $@

# A warning of g++ alone, which takes a .cpp that is included for a header.
as_one_file := $(if $(findstring clang,$(CXX)),,-Wno-subobject-linkage)

$(BUILD)/obj/floors/%.o: FLAGS += $(as_one_file)
$(BUILD)/obj/floors/%.o: $(BUILD)/floors/%.cpp $(BUILD)/flags
	$(call say,CXX,runtime/$*)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(FLAGS) -MMD -MP -c -o $@ $<

# For `make lint`: there shall be no warning, also where this build has compiled it before.
$(floors:%=lint-%): lint-%: $(BUILD)/floors/%.cpp
	$(Q)$(CXX) $(FLAGS) $(as_one_file) -Werror -fsyntax-only $<

$(library): $(floors:%=$(BUILD)/obj/floors/%.o)
	$(call say,AR,$@)
	@rm -f $@
	$(Q)ar rcs $@ $^

# link: all objects and libraries among the prerequisites, and $1. Debug information is compressed to a third: each
# program has that of the runtime.
define link
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(FLAGS) -Wl,--compress-debug-sections=zlib -o $@ $(filter %.o %.a,$^) $1
endef

$(chapter_programs): $(BUILD)/chapters/%: $$(call objects,$$(wildcard chapters/$$*/*.cpp)) $(library)
	$(call link,$(LIBRARIES) -lfmt)

# Tests need no more of the debug information than where a line is: a quarter of the room, and of the time to compile a
# quarter less. O=0 without a sanitizer, which is for stepping through, has all of it.
$(BUILD)/obj/tests/%.o: FLAGS += $(if $(filter 0,$O$(SAN)),,-g1)

# A chapter's own library, and what its headers want to know.
$(BUILD)/chapters/6.3-debugging: LIBRARIES := -lspdlog
$(BUILD)/obj/chapters/6.3-debugging/%.o: FLAGS += -DSPDLOG_COMPILED_LIB -DSPDLOG_SHARED_LIB

# What happens where the compiler makes no jump of a last call, as -O0 and the sanitizers don't.
$(BUILD)/obj/notes/07-the-pump-without-tail-calls.o: FLAGS += -fno-optimize-sibling-calls

$(note_programs): $(BUILD)/notes/%: $(BUILD)/obj/notes/%.o $(library)
	$(call link,-lfmt)

$(BUILD)/tests/unit: $(call objects,$(unit)) $(library)
	$(call link,-lgtest_main -lgtest -lfmt)

$(BUILD)/tests/conformance: $(call objects,$(interpreter)) $(library)
	$(call link)

$(BUILD)/tests/streams: $(call objects,$(streams)) $(library)
	$(call link)

$(BUILD)/tests/cat: $(call objects,$(cat)) $(library)
	$(call link)

$(BUILD)/tests/faults: $(call objects,$(faults)) $(library)
	$(call link,$(addprefix -Wl$(comma)--wrap=,$(wrapped)) -lgtest_main -lgtest)

$(BUILD)/bench/peer: $(call objects,bench/peer.cpp) $(library)
	$(call link)

$(BUILD)/bench/benchmarks: $(call objects,$(benchmarks)) $(library)
	$(call link,-lbenchmark_main -lbenchmark)

-include $(call files,$(BUILD)/obj,*.d)
