// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * An I2C bus with the registers and pins of one PCA9555 (NXP data sheet, section 6.2), so that the kernel's own driver
 * has something that answers as the chip does: an output reads back the level of its pin.
 *
 * /sys/kernel/debug/pca9555-pins/ is the world around the chip; one bit a line, line 0 the lowest:
 *   driven    levels that the outside gives to the lines that are inputs (pull-ups: 0xffff at the start)
 *   grounded  lines that are tied to ground, whatever drives them
 *   present   N while the chip's plug is pulled: nothing acknowledges; afterwards its registers are as after power-on
 *   levels    levels of all pins now
 *   history   levels of all pins after each write that changed one
 */
#include <linux/debugfs.h>
#include <linux/i2c.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>

static int bus = 1;
module_param(bus, int, 0444);
MODULE_PARM_DESC(bus, "number of the bus");
static int address = 0x20;
module_param(address, int, 0444);
MODULE_PARM_DESC(address, "address of the chip on the bus");

#define INPUT 0
#define OUTPUT 2
#define POLARITY 4
#define CONFIGURATION 6
#define REGISTERS 8
#define HISTORY 4096

static DEFINE_MUTEX(lock);
static const u8 after_power_on[REGISTERS] = { [OUTPUT] = 0xff, 0xff, [CONFIGURATION] = 0xff, 0xff };
static u8 registers[REGISTERS] = { [OUTPUT] = 0xff, 0xff, [CONFIGURATION] = 0xff, 0xff };
static u16 driven = 0xffff;
static u16 grounded;
static bool present = true;
static u16 history[HISTORY];
static unsigned int changes;
static struct dentry *folder;

static u16 pair(int first)
{
	return registers[first] | registers[first + 1] << 8;
}

static u16 pins(void)
{
	u16 inputs = pair(CONFIGURATION);

	return ((pair(OUTPUT) & ~inputs) | (driven & inputs)) & ~grounded;
}

static int transfer(struct i2c_adapter *adapter, u16 addr, unsigned short flags, char read_write, u8 command,
		    int size, union i2c_smbus_data *data)
{
	u16 before, read;
	int result = 0;

	if (addr != address || !READ_ONCE(present))
		return -ENXIO;
	mutex_lock(&lock);
	if (size == I2C_SMBUS_QUICK) {
		/* A probe: to acknowledge is the answer. */
	} else if (size != I2C_SMBUS_BYTE_DATA || command >= REGISTERS) {
		result = -EOPNOTSUPP;
	} else if (read_write == I2C_SMBUS_WRITE) {
		before = pins();
		if (command >= OUTPUT)
			registers[command] = data->byte;
		if (pins() != before)
			history[changes++ % HISTORY] = pins();
	} else if (command < OUTPUT) {
		read = pins() ^ pair(POLARITY);
		data->byte = command == INPUT ? read & 0xff : read >> 8;
	} else {
		data->byte = registers[command];
	}
	mutex_unlock(&lock);
	return result;
}

static u32 functionality(struct i2c_adapter *adapter)
{
	return I2C_FUNC_SMBUS_QUICK | I2C_FUNC_SMBUS_BYTE_DATA;
}

static const struct i2c_algorithm algorithm = { .smbus_xfer = transfer, .functionality = functionality };
static struct i2c_adapter adapter = { .owner = THIS_MODULE, .algo = &algorithm, .name = "pca9555-pins" };

static int levels_get(void *unused, u64 *value)
{
	mutex_lock(&lock);
	*value = pins();
	mutex_unlock(&lock);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(levels_fops, levels_get, NULL, "0x%04llx\n");

static ssize_t present_write(struct file *file, const char __user *text, size_t length, loff_t *position)
{
	bool now;
	int result = kstrtobool_from_user(text, length, &now);

	if (result)
		return result;
	mutex_lock(&lock);
	if (now && !present)
		memcpy(registers, after_power_on, sizeof(registers));
	WRITE_ONCE(present, now);
	mutex_unlock(&lock);
	return length;
}

static const struct file_operations present_fops = { .owner = THIS_MODULE, .write = present_write };

static int history_show(struct seq_file *file, void *unused)
{
	unsigned int at;

	mutex_lock(&lock);
	for (at = changes > HISTORY ? changes - HISTORY : 0; at < changes; at++)
		seq_printf(file, "0x%04x\n", history[at % HISTORY]);
	mutex_unlock(&lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(history);

static int __init begin(void)
{
	int result;

	adapter.nr = bus;
	result = i2c_add_numbered_adapter(&adapter);
	if (result)
		return result;
	folder = debugfs_create_dir("pca9555-pins", NULL);
	debugfs_create_x16("driven", 0600, folder, &driven);
	debugfs_create_x16("grounded", 0600, folder, &grounded);
	debugfs_create_file("present", 0200, folder, NULL, &present_fops);
	debugfs_create_file("levels", 0400, folder, NULL, &levels_fops);
	debugfs_create_file("history", 0400, folder, NULL, &history_fops);
	return 0;
}

static void __exit end(void)
{
	debugfs_remove_recursive(folder);
	i2c_del_adapter(&adapter);
}

module_init(begin);
module_exit(end);
MODULE_DESCRIPTION("An I2C bus with the registers and pins of one PCA9555");
MODULE_LICENSE("Dual MIT/GPL");
