/* A Cortex-M or a RISC-V core from reset to `main`, and its debugger's console. */
#include "say.h"
#include <stddef.h>
#include <stdint.h>

int main(void);
extern uint32_t stack_top[], data_start[], data_end[], data_in_flash[], bss_start[], bss_end[];

static int call_debugger(int operation, const void *argument) {
#ifdef __riscv
  register int a0 __asm__("a0") = operation;
  register const void *a1 __asm__("a1") = argument;
  /* Three instructions that are not short, in one page. */
  __asm__ volatile(".option push\n\t.option norvc\n\t.balign 16\n\tslli x0, x0, 0x1f\n\tebreak\n\tsrai x0, x0, 7\n\t.option pop"
                   : "+r"(a0)
                   : "r"(a1)
                   : "memory");
  return a0;
#else
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
#endif
}

static void put(const char *text) {
  static const char console[] = ":tt";
  static int handle;
  const void *write[3];
  size_t length = 0;
  if (handle == 0) {
    const void *open[3];
    open[0] = console, open[1] = (const void *)4 /* "w": what is written */, open[2] = (const void *)(sizeof console - 1);
    handle = call_debugger(1 /* SYS_OPEN */, open);
  }
  while (text[length] != 0) length++;
  write[0] = (const void *)handle, write[1] = text, write[2] = (const void *)length;
  call_debugger(5 /* SYS_WRITE */, write);
}

void say(const char *line) {
  put(line);
  put("\n");
}

void say_digest(const char *group, const char *hash) {
  put("digest, ");
  put(group);
  put(", ");
  say(hash);
}

static void leave(int status) {
  const uint32_t reason[2] = {0x20026 /* ADP_Stopped_ApplicationExit */, (uint32_t)status};
  call_debugger(0x20 /* SYS_EXIT_EXTENDED */, reason);
  for (;;) {
  }
}

void reset(void) {
  uint32_t *to = data_start;
  const uint32_t *from = data_in_flash;
  while (to < data_end) *to++ = *from++;
  for (to = bss_start; to < bss_end;) *to++ = 0;
#ifdef __ARM_FP
  *(volatile uint32_t *)0xe000ed88 |= 0xf << 20; /* CPACR: the FPU */
  __asm__ volatile("dsb\n\tisb");
#endif
  leave(main());
}

__attribute__((aligned(4))) static void fault(void) {
  say("a fault");
  leave(3);
}

#ifdef __riscv
/* The first instruction sets the stack, and where a fault goes. */
__attribute__((section(".vectors"), naked, used, noreturn)) void start(void) {
  __asm__ volatile(".option push\n\t.option arch, +zicsr\n\tla sp, stack_top\n\tla t0, %0\n\tcsrw mtvec, t0\n\tj reset\n\t.option pop" : : "i"(fault));
}
#else
/* Where the stack begins, then the handlers of reset, NMI, hard fault and the next three. */
__attribute__((section(".vectors"), used)) static const struct {
  uint32_t *stack;
  void (*handlers[6])(void);
} vectors = {stack_top, {reset, fault, fault, fault, fault, fault}};
#endif
