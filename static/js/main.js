// Every page is complete without JavaScript; these modules make it quicker to use.
import "./csrf.js";
import "./menus.js";
import "./filters.js";
import "./keys.js";
import "./card.js";
